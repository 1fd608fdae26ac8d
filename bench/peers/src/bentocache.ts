import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { asIs, type Subject, ttlMs } from '../../src/subject.js';

export const bento: Subject = {
  name: 'bentocache',
  how: 'getOrSet(), memory alone, no serialising',
  open(load, { maxEntries }) {
    const stores = {
      memory: bentostore().useL1Layer(memoryDriver({ maxItems: maxEntries, serialize: false })),
    };
    const cache = new BentoCache({ default: 'memory', stores, ttl: ttlMs });
    return {
      // It refuses undefined, and remembers null.
      read: (name) =>
        cache.getOrSet({ key: name, ttl: ttlMs, factory: async () => (await load(name)) ?? null }),
      valueOf: asIs,
      close: () => cache.disconnect(),
    };
  },
};
