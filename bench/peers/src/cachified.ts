import { type CacheEntry, cachified } from '@epic-web/cachified';
import { type Subject, stringOf, ttlMs } from '../../src/subject.js';

export const epicCachified: Subject = {
  name: '@epic-web/cachified',
  setup: 'a Map',
  open(load) {
    const cache = new Map<string, CacheEntry<string | undefined>>();
    return {
      read: (name) => cachified({ key: name, cache, ttl: ttlMs, getFreshValue: () => load(name) }),
      valueOf: stringOf,
    };
  },
};
