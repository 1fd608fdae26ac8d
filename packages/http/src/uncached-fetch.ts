import { fieldsOf } from './fields-of.js';

const noStore: object = { cache: 'no-store' }; // the types of some runtimes do not have it

/**
 * Returns the `fetch` with `cache: 'no-store'` in every request: a framework may replace the global one by one that keeps
 * the responses to GETs, with their payloads. From a runtime that refuses the field, such as Cloudflare Workers with an old
 * compatibility date, it is omitted: such a `fetch` keeps nothing.
 */
export function uncachedFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  let isRefused = false;

  return async (url, init) => {
    if (isRefused) return fetch(url, init);
    try {
      return await fetch(url, { ...init, ...noStore });
    } catch (error) {
      if (init?.signal?.aborted || !isAboutCache(error)) throw error;
      isRefused = true;
      return fetch(url, init); // a request with a refused field was not sent
    }
  };
}

// The message may quote the request, and is only tested. A failed connection has a code or a cause; its host may be named so.
function isAboutCache(error: unknown): boolean {
  const { message, code, cause } = fieldsOf(error);
  return (
    code === undefined && cause === undefined && typeof message === 'string' && /\bcache\b/i.test(message)
  );
}
