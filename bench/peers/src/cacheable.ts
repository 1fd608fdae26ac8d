import { Cacheable, KeyvCacheableMemory } from 'cacheable';
import { Keyv } from 'keyv';
import { asIs, type Subject, ttlMs } from '../../src/subject.js';

export const cacheable: Subject = {
  name: 'cacheable',
  how: 'getOrSet(), memory alone, no cloning',
  open(load, { maxEntries }) {
    const store = new KeyvCacheableMemory({ ttl: ttlMs, lruSize: maxEntries, useClone: false });
    const primary = new Keyv({ store });
    primary.serialize = undefined;
    primary.deserialize = undefined;
    const cache = new Cacheable({ primary, ttl: ttlMs });
    return {
      // Without throwErrors a failure is told as a missing value.
      read: (name) => cache.getOrSet(name, () => load(name), { ttl: ttlMs, throwErrors: true }),
      valueOf: asIs,
      close: () => cache.disconnect(),
    };
  },
};

export const cacheableDefaults: Subject = {
  name: 'cacheable, as it comes',
  how: 'getOrSet()',
  open(load) {
    const cache = new Cacheable({ ttl: ttlMs });
    return {
      read: (name) => cache.getOrSet(name, () => load(name), { ttl: ttlMs, throwErrors: true }),
      valueOf: asIs,
      close: () => cache.disconnect(),
    };
  },
};
