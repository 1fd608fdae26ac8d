import { createRequire } from 'node:module';
import nodeFetch3 from 'node-fetch';

type Fetch = typeof globalThis.fetch;

const nodeFetch2 = createRequire(import.meta.url)('node-fetch-2') as Fetch; // it has no types; cross-fetch is the same

/** The name of a kind of `fetch`. */
export type FetchName = 'the global fetch' | 'node-fetch 2' | 'node-fetch 3';

/** The kinds of `fetch` that applications pass. */
export const fetches: readonly { readonly name: FetchName; readonly fetch: Fetch }[] = [
  { name: 'the global fetch', fetch: (url, init) => fetch(url, init) },
  { name: 'node-fetch 2', fetch: nodeFetch2 },
  { name: 'node-fetch 3', fetch: nodeFetch3 as unknown as Fetch }, // the types of its bodies differ
];
