import { Cacheable, KeyvCacheableMemory } from 'cacheable';
import { Keyv } from 'keyv';
import { type Subject, stringOf, ttlMs } from '../../src/subject.js';

export const cacheable: Subject = {
  name: 'cacheable',
  setup: 'getOrSet(), memory only, no cloning',
  open(load, { maxEntries }) {
    const store = new KeyvCacheableMemory({ ttl: ttlMs, lruSize: maxEntries, useClone: false });
    const primary = new Keyv({ store });
    primary.serialize = undefined;
    primary.deserialize = undefined;
    const cache = new Cacheable({ primary, ttl: ttlMs });
    return {
      // Without throwErrors it returns undefined when the load fails.
      read: (name) => cache.getOrSet(name, () => load(name), { ttl: ttlMs, throwErrors: true }),
      valueOf: stringOf,
      close: () => cache.disconnect(),
    };
  },
};

export const cacheableDefaults: Subject = {
  name: 'cacheable, default options',
  setup: 'getOrSet()',
  open(load) {
    const cache = new Cacheable({ ttl: ttlMs });
    return {
      read: (name) => cache.getOrSet(name, () => load(name), { ttl: ttlMs, throwErrors: true }),
      valueOf: stringOf,
      close: () => cache.disconnect(),
    };
  },
};
