import { Keyv } from 'keyv';
import { asIs, type Load, type OpenCache, type Subject, ttlMs } from '../../src/subject.js';

export const keyv: Subject = {
  name: 'keyv',
  how: 'get(), else load and set(); a Map, no serialising, no prefix',
  open(load) {
    const cache = new Keyv<string>({ store: new Map(), ttl: ttlMs, useKeyPrefix: false });
    cache.serialize = undefined;
    cache.deserialize = undefined;
    return reading(cache, load);
  },
};

export const keyvDefaults: Subject = {
  name: 'keyv, as it comes',
  how: 'get(), else load and set()',
  open: (load) => reading(new Keyv<string>({ ttl: ttlMs }), load),
};

function reading(cache: Keyv<string>, load: Load): OpenCache {
  const read = async (name: string): Promise<string | undefined> => {
    const kept = await cache.get(name);
    if (kept !== undefined) return kept;
    const value = await load(name);
    if (value !== undefined) await cache.set(name, value, ttlMs);
    return value;
  };
  return { read, valueOf: asIs, close: () => cache.disconnect() };
}
