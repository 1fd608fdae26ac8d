import { Keyv } from 'keyv';
import { type Load, type OpenCache, type Subject, stringOf, ttlMs } from '../../src/subject.js';

export const keyv: Subject = {
  name: 'keyv',
  setup: 'get(), otherwise load and set(); a Map, no serialization, no prefix',
  open(load) {
    const cache = new Keyv<string>({ store: new Map(), ttl: ttlMs, useKeyPrefix: false });
    cache.serialize = undefined;
    cache.deserialize = undefined;
    return readThrough(cache, load);
  },
};

export const keyvDefaults: Subject = {
  name: 'keyv, default options',
  setup: 'get(), otherwise load and set()',
  open: (load) => readThrough(new Keyv<string>({ ttl: ttlMs }), load),
};

function readThrough(cache: Keyv<string>, load: Load): OpenCache {
  const read = async (name: string): Promise<string | undefined> => {
    const cached = await cache.get(name);
    if (cached !== undefined) return cached;
    const value = await load(name);
    if (value !== undefined) await cache.set(name, value, ttlMs);
    return value;
  };
  return { read, valueOf: stringOf, close: () => cache.disconnect() };
}
