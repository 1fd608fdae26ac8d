import { LRUCache } from 'lru-cache';
import { type Subject, stringOf, ttlMs } from '../../src/subject.js';

/** `ttlResolution: 0` reads the clock at each hit; the default reads it once per millisecond. */
export const lruCache: Subject = {
  name: 'lru-cache',
  setup: 'fetch(), ttlResolution 0',
  open(load, { maxEntries }) {
    const cache = new LRUCache<string, string>({
      max: maxEntries,
      ttl: ttlMs,
      ttlResolution: 0,
      fetchMethod: load,
    });
    return { read: (name) => cache.fetch(name), valueOf: stringOf };
  },
};

export const lruCacheCoarse: Subject = {
  name: 'lru-cache, coarse clock',
  setup: 'fetch(), ttlResolution 1',
  open(load, { maxEntries }) {
    const cache = new LRUCache<string, string>({ max: maxEntries, ttl: ttlMs, fetchMethod: load });
    return { read: (name) => cache.fetch(name), valueOf: stringOf };
  },
};
