import { Loader } from 'layered-loader';
import { asIs, type Subject, ttlMs } from '../../src/subject.js';

export const layeredLoader: Subject = {
  name: 'layered-loader',
  how: 'get(), memory alone',
  open(load, { maxEntries }) {
    const loader = new Loader<string>({
      inMemoryCache: { ttlInMsecs: ttlMs, maxItems: maxEntries },
      dataSourceGetOneFn: async (name) => (await load(name)) ?? null, // null is remembered as missing
      throwIfLoadError: true,
    });
    return { read: (name) => loader.get(name), valueOf: asIs };
  },
};
