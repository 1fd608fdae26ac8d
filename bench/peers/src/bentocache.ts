import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { type Subject, stringOf, ttlMs } from '../../src/subject.js';

export const bento: Subject = {
  name: 'bentocache',
  setup: 'getOrSet(), memory only, no serialization',
  open(load, { maxEntries }) {
    const stores = {
      memory: bentostore().useL1Layer(memoryDriver({ maxItems: maxEntries, serialize: false })),
    };
    const cache = new BentoCache({ default: 'memory', stores, ttl: ttlMs });
    return {
      // It rejects undefined; it caches null.
      read: (name) =>
        cache.getOrSet({ key: name, ttl: ttlMs, factory: async () => (await load(name)) ?? null }),
      valueOf: stringOf,
      close: () => cache.disconnect(),
    };
  },
};
