import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { type Subject, stringOf, ttlMs } from '../../src/subject.js';

export const cacheManager: Subject = {
  name: 'cache-manager',
  setup: 'wrap(), a Map, no serialization',
  open(load) {
    const keyv = new Keyv({ store: new Map(), ttl: ttlMs });
    keyv.serialize = undefined;
    keyv.deserialize = undefined;
    const cache = createCache({ stores: [keyv], ttl: ttlMs });
    return {
      read: (name) => cache.wrap(name, () => load(name), ttlMs),
      valueOf: stringOf,
      close: () => cache.disconnect(),
    };
  },
};
