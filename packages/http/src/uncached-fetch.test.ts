import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHttp } from './create-http.js';
import type { Http } from './http-request.js';
import { uncachedFetch } from './uncached-fetch.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

const url = 'https://localhost/v1/x';

const answer = (value: string): Response => Response.json({ value });
const read = async (http: Http) => (await http.request({ path: ['a'] })).body;

/** A `fetch` as a framework patches it: it keeps the responses to GETs, unless the request says `no-store`. */
function keeping(fetch: typeof globalThis.fetch) {
  const kept = new Map<string, Response>();
  const patched: typeof globalThis.fetch = async (input, init) => {
    if (init?.method !== 'GET' || (init as { cache?: string }).cache === 'no-store')
      return fetch(input, init);
    const response = kept.get(String(input)) ?? (await fetch(input, init));
    kept.set(String(input), response);
    return response.clone();
  };
  return { kept, patched };
}

/** A `fetch` of a runtime that does not know the field. */
function refusing(how: 'rejects' | 'throws') {
  const sent: RequestInit[] = [];
  const fetch: typeof globalThis.fetch = (_, init = {}) => {
    if ('cache' in init) {
      const error = new TypeError("The 'cache' field on 'RequestInitializerDict' is not implemented.");
      if (how === 'throws') throw error;
      return Promise.reject(error);
    }
    sent.push(init);
    return Promise.resolve(answer('value'));
  };
  return { sent, fetch };
}

describe('a global fetch that keeps the responses to GETs', () => {
  it('keeps none of them, also if it is replaced after the client was created', async () => {
    const http = createHttp({ baseUrl: 'https://localhost' });
    let value = 'old';
    const { kept, patched } = keeping(async () => answer(value));
    vi.stubGlobal('fetch', patched);
    expect(await read(http)).toEqual({ value: 'old' });
    value = 'new';
    expect(await read(http)).toEqual({ value: 'new' });
    expect(kept.size).toBe(0);
  });
});

describe('a fetch that refuses the field', () => {
  it.each(['rejects', 'throws'] as const)('and %s gets the request without it, from then on', async (how) => {
    const { sent, fetch } = refusing(how);
    const http = createHttp({ baseUrl: 'https://localhost', fetch });
    for (let i = 0; i < 2; i += 1) expect(await read(http)).toEqual({ value: 'value' });
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('is called with the field once', async () => {
    const calls: boolean[] = [];
    const { fetch } = refusing('rejects');
    const send = uncachedFetch((input, init) => {
      calls.push('cache' in (init ?? {}));
      return fetch(input, init);
    });
    await send(url, { method: 'POST' });
    await send(url, { method: 'POST' });
    expect(calls).toEqual([true, false, false]);
  });
});

it.each([
  ['another failure', new TypeError('fetch failed'), undefined],
  ['a failure without a message', 'ECONNRESET', undefined],
  [
    'a failed connection to a host named cache',
    Object.assign(new Error('https://cache'), { code: 'x' }),
    undefined,
  ],
  ['a failed connection with a cause', new TypeError('no cache', { cause: new Error('x') }), undefined],
  ['a failure after an abort', new TypeError('no cache'), AbortSignal.abort()],
])('%s is not sent twice', async (_, failure, signal) => {
  const fetch = vi.fn(() => Promise.reject(failure));
  await expect(uncachedFetch(fetch)(url, { method: 'POST', ...(signal && { signal }) })).rejects.toBe(
    failure,
  );
  expect(fetch).toHaveBeenCalledTimes(1);
});
