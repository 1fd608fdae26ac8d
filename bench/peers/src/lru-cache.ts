import { LRUCache } from 'lru-cache';
import { asIs, type Subject, ttlMs } from '../../src/subject.js';

/** With the exact clock; by default it looks at the clock once a millisecond. */
export const lruCache: Subject = {
  name: 'lru-cache',
  how: 'fetch(), ttlResolution 0',
  open(load, { maxEntries }) {
    const cache = new LRUCache<string, string>({
      max: maxEntries,
      ttl: ttlMs,
      ttlResolution: 0,
      fetchMethod: load,
    });
    return { read: (name) => cache.fetch(name), valueOf: asIs };
  },
};

export const lruCacheCoarse: Subject = {
  name: 'lru-cache, coarse clock',
  how: 'fetch(), ttlResolution 1',
  open(load, { maxEntries }) {
    const cache = new LRUCache<string, string>({ max: maxEntries, ttl: ttlMs, fetchMethod: load });
    return { read: (name) => cache.fetch(name), valueOf: asIs };
  },
};
