import { Loader } from 'layered-loader';
import { type Subject, stringOf, ttlMs } from '../../src/subject.js';

export const layeredLoader: Subject = {
  name: 'layered-loader',
  setup: 'get(), memory only',
  open(load, { maxEntries }) {
    const loader = new Loader<string>({
      inMemoryCache: { ttlInMsecs: ttlMs, maxItems: maxEntries },
      dataSourceGetOneFn: async (name) => (await load(name)) ?? null, // it caches null as missing
      throwIfLoadError: true,
    });
    return { read: (name) => loader.get(name), valueOf: stringOf };
  },
};
