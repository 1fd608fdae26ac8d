import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { SecretError } from '@secretkit/core/provider';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BoundedRequest, boundedFetch } from './bounded-fetch.js';

afterEach(() => {
  vi.useRealTimers();
});

/** Makes a request with a custom fetch. */
function request(fetch: typeof globalThis.fetch, wanted: Partial<BoundedRequest> = {}) {
  const send = boundedFetch({
    owner: 'testSecrets',
    fetch,
    requestId: (headers) => headers.get('request-id') ?? undefined,
  });
  const headers = { authorization: 'Bearer CANARY-credential' };
  return send('https://api.example/v1/x', { method: 'GET', headers, timeoutMs: 1_000, ...wanted });
}

const never = new Promise<never>(() => undefined);
const json = (body: string, init?: ResponseInit) => new Response(body, init);

/** A response whose body starts, but does not end. */
function endless(): Response {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{')),
  });
  return new Response(body, { status: 200, headers: { 'request-id': 'req_1' } });
}

it('has one listener on a signal, for any number of requests', async () => {
  const { signal, ...controller } = listened();
  const requests = Array.from({ length: 12 }, () => request(() => never, { signal }));
  expect(getEventListeners(signal, 'abort').length).toBe(1);
  controller.abort();
  const ends = await Promise.allSettled(requests);
  expect(ends.map(({ status }) => status)).toEqual(Array(12).fill('rejected'));
  expect(getEventListeners(signal, 'abort').length).toBe(0);
});

function listened() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort('enough') };
}

it.each(['content-length', 'Content-Length'])('leaves the header %s to fetch', async (name) => {
  const send = vi.fn(async (_url: unknown, _init?: RequestInit) => json('{}'));
  await request(send, { method: 'POST', body: '{}', headers: { [name]: '2', accept: 'text/plain' } });
  expect(send.mock.calls[0]?.[1]?.headers).toEqual({ accept: 'text/plain' });
});

describe('a request', () => {
  it('has the given fields, and neither follows a redirect nor is cached', async () => {
    const sent: { url: unknown; init: RequestInit | undefined }[] = [];
    await request(async (url, init) => {
      sent.push({ url, init });
      return json('{}');
    });
    expect(sent[0]?.url).toBe('https://api.example/v1/x');
    expect(sent[0]?.init).toMatchObject({
      method: 'GET',
      headers: { authorization: 'Bearer CANARY-credential' },
      redirect: 'manual',
      cache: 'no-store',
    });
    expect(sent[0]?.init).not.toHaveProperty('body');
  });

  it.each([
    ['POST', 'a=b', 'a=b'],
    ['POST', '', ''],
    ['POST', undefined, ''],
    ['PUT', undefined, ''],
    ['PATCH', '', ''],
    ['DELETE', 'a=b', 'a=b'],
    ['DELETE', '', undefined],
    ['LIST', undefined, undefined],
  ])('has a body when the method expects one: %s %j', async (method, body, expected) => {
    const bodies: unknown[] = [];
    await request(
      async (_, init) => {
        bodies.push(init?.body);
        return json('{}');
      },
      { method, body },
    );
    expect(bodies).toEqual([expected]);
  });

  it('to an invalid URL is unavailable, and does not quote it', async () => {
    const send = boundedFetch({ owner: 'testSecrets' });
    const error = await send('https://CANARY:0x/', { method: 'GET', headers: {}, timeoutMs: 1_000 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(inspect(error)).not.toContain('CANARY');
  });
});

describe('a custom fetch', () => {
  it('that throws or rejects is unavailable', async () => {
    const throwing = () => {
      throw new RangeError('CANARY');
    };
    for (const fetch of [throwing, async () => Promise.reject('CANARY')]) {
      const error = await request(fetch).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'unavailable', details: {} });
      expect(String(error)).not.toContain('CANARY');
    }
  });

  it('that throws a SecretError, such as one of a credential, ends the request with it', async () => {
    const failure = new SecretError('unauthenticated', 'the token has expired.');
    await expect(request(async () => Promise.reject(failure))).rejects.toBe(failure);
  });

  it('that ignores its signal still times out, with the details received so far', async () => {
    vi.useFakeTimers();
    for (const [fetch, details] of [
      [() => never, {}],
      [async () => endless(), { status: 200, requestId: 'req_1' }],
    ] as const) {
      const answer = request(fetch).catch((thrown: unknown) => thrown);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await answer).toMatchObject({ code: 'timeout', details });
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('that hides a redirect is unavailable', async () => {
    const hidden = Object.defineProperties(json('{}'), {
      type: { value: 'opaqueredirect' },
      status: { value: 0 },
    });
    await expect(request(async () => hidden)).rejects.toMatchObject({
      code: 'unavailable',
      details: { status: 302 },
    });
  });

  it('must be a function', () => {
    expect(() => boundedFetch({ owner: 'testSecrets', fetch: 'CANARY' as never })).toThrow(
      /^testSecrets: fetch must be a function, got string\.$/,
    );
  });
});

describe('an abort', () => {
  it('ends a request whose fetch ignores the signal, with its reason', async () => {
    const caller = new AbortController();
    const answer = request(() => never, { signal: caller.signal });
    caller.abort('enough');
    await expect(answer).rejects.toBe('enough');
  });

  it('before the request sends nothing', async () => {
    const fetch = vi.fn(async () => json('{}'));
    await expect(request(fetch, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('a body', () => {
  it.each([
    ['of exactly 1 MiB is read', 'x'.repeat(1_048_576), undefined],
    ['of one byte more is not', 'x'.repeat(1_048_577), 'unavailable'],
  ])('%s', async (_, body, code) => {
    const outcome = await request(async () => json(body)).catch((thrown: unknown) => thrown);
    expect((outcome as { code?: string }).code).toBe(code);
  });

  it('with a content-length that is too large is not read', async () => {
    const response = endless();
    response.headers.set('content-length', '1048577');
    await expect(request(async () => response)).rejects.toMatchObject({
      code: 'unavailable',
      details: { status: 200, requestId: 'req_1' },
    });
  });
});
