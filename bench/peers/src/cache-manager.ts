import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { asIs, type Subject, ttlMs } from '../../src/subject.js';

export const cacheManager: Subject = {
  name: 'cache-manager',
  how: 'wrap(), a Map, no serialising',
  open(load) {
    const keyv = new Keyv({ store: new Map(), ttl: ttlMs });
    keyv.serialize = undefined;
    keyv.deserialize = undefined;
    const cache = createCache({ stores: [keyv], ttl: ttlMs });
    return {
      read: (name) => cache.wrap(name, () => load(name), ttlMs),
      valueOf: asIs,
      close: () => cache.disconnect(),
    };
  },
};
