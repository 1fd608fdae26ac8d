import { afterEach, describe, expect, it, vi } from 'vitest';
import { hardenedHttpClient } from './hardened-http-client.js';
import { type KeyVault, keyVault } from './key-vault.js';

afterEach(() => {
  vi.useRealTimers();
});

/** Makes a request whose fetch is the test's own. */
function request(
  fetch: typeof globalThis.fetch,
  {
    vault = keyVault('sk_test_1'),
    key,
    method = 'GET',
    body = '',
  }: { vault?: KeyVault; key?: string; method?: string; body?: string } = {},
) {
  const client = hardenedHttpClient(fetch, vault);
  const headers = {
    Authorization: `Bearer ${key ?? vault.placeholder}`,
    Accept: 'application/json',
    Absent: undefined,
  };
  return client.makeRequest('api.stripe.com', '443', '/v1/x', method, headers, body, 'https', 1_000);
}

const never = new Promise<never>(() => undefined);
const json = (body: string, init?: ResponseInit) => new Response(body, init);

/** A response whose body begins, and does not end. */
function endless(): Response {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{')),
  });
  return new Response(body, { status: 200, headers: { 'request-id': 'req_1' } });
}

describe('a request', () => {
  it('is what stripe-node asked for, with the key in place of its stand-in', async () => {
    const seen: { url: unknown; init: RequestInit | undefined }[] = [];
    await request(async (url, init) => {
      seen.push({ url, init });
      return json('{}');
    });
    expect(seen[0]?.url).toBe('https://api.stripe.com:443/v1/x');
    expect(seen[0]?.init).toMatchObject({
      method: 'GET',
      headers: { authorization: 'Bearer sk_test_1', accept: 'application/json' },
      redirect: 'manual',
    });
    expect(seen[0]?.init).not.toHaveProperty('body');
    expect(seen[0]?.init?.headers).not.toHaveProperty('absent');
  });

  it.each([
    ['POST', 'a=b', 'a=b'],
    ['POST', '', ''],
    ['PATCH', '', ''],
    ['DELETE', 'a=b', 'a=b'],
    ['DELETE', '', undefined],
  ])('has a body where one is expected: %s %j', async (method, body, sent) => {
    const bodies: unknown[] = [];
    await request(
      async (_, init) => {
        bodies.push(init?.body);
        return json('{}');
      },
      { method, body },
    );
    expect(bodies).toEqual([sent]);
  });

  it('cannot be streamed, and says so', async () => {
    const answer = await request(async () => json('{}'));
    expect(() => answer.toStream()).toThrow(/cannot stream/);
  });
});

describe('a fetch of somebody’s own', () => {
  it('that throws, or rejects with anything, is unavailable', async () => {
    const throwing = () => {
      throw new RangeError('CANARY');
    };
    for (const fetch of [throwing, async () => Promise.reject('CANARY')]) {
      const error = await request(fetch).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'unavailable', details: {} });
      expect(String(error)).not.toContain('CANARY');
    }
  });

  it('that does not listen to its signal is a timeout all the same, and tells what had come', async () => {
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

  it('that follows redirects by itself, or hides them, is no way around', async () => {
    const hidden = Object.defineProperties(json('{}'), {
      type: { value: 'opaqueredirect' },
      status: { value: 0 },
    });
    await expect(request(async () => hidden)).rejects.toMatchObject({
      code: 'unavailable',
      details: { status: 302 },
    });
  });
});

describe('an abort', () => {
  it('ends a request whose fetch does not listen, and leaves no listener', async () => {
    const vault = keyVault('sk_test_1');
    const caller = new AbortController();
    const { apiKey: key, detach } = vault.attachSignal(caller.signal);
    const answer = request(() => never, { vault, key });
    caller.abort('enough');
    await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
    detach();
  });

  it('beforehand sends nothing', async () => {
    const vault = keyVault('sk_test_1');
    const { apiKey: key, detach } = vault.attachSignal(AbortSignal.abort());
    const fetch = vi.fn(async () => json('{}'));
    await expect(request(fetch, { vault, key })).rejects.toMatchObject({ code: 'unavailable' });
    detach();
    await expect(request(fetch, { vault, key })).rejects.toMatchObject({ code: 'unavailable' });
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('a body', () => {
  it.each([
    ['of exactly 1 MiB is read', `{"a":"${'x'.repeat(1_048_576 - 8)}"}`, undefined],
    ['of one byte more is not', `{"a":"${'x'.repeat(1_048_576 - 7)}"}`, 'unavailable'],
  ])('%s', async (_, body, code) => {
    const outcome = await request(async () => json(body)).catch((thrown: unknown) => thrown);
    expect((outcome as { code?: string }).code).toBe(code);
  });

  it('that says beforehand that it is too large is not begun', async () => {
    const response = endless();
    response.headers.set('content-length', '1048577');
    await expect(request(async () => response)).rejects.toMatchObject({
      code: 'unavailable',
      details: { status: 200, requestId: 'req_1' },
    });
  });

  it('may have an error that is null: it is an answer then, or what the status says', async () => {
    const fine = await request(async () => json('{"error":null}'));
    expect(await fine.toJSON()).toEqual({ error: null });
    await expect(request(async () => json('{"error":null}', { status: 500 }))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
