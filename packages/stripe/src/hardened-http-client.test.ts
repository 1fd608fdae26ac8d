import { afterEach, describe, expect, it, vi } from 'vitest';
import { hardenedHttpClient } from './hardened-http-client.js';
import { type KeyVault, keyVault } from './key-vault.js';

afterEach(() => {
  vi.useRealTimers();
});

/** Makes a request with a custom fetch. */
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

/** A response whose body starts, but does not end. */
function endless(): Response {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{')),
  });
  return new Response(body, { status: 200, headers: { 'request-id': 'req_1' } });
}

describe('a request', () => {
  it('has the fields from stripe-node, with the key in place of the placeholder', async () => {
    const sent: { url: unknown; init: RequestInit | undefined }[] = [];
    await request(async (url, init) => {
      sent.push({ url, init });
      return json('{}');
    });
    expect(sent[0]?.url).toBe('https://api.stripe.com:443/v1/x');
    expect(sent[0]?.init).toMatchObject({
      method: 'GET',
      headers: { authorization: 'Bearer sk_test_1', accept: 'application/json' },
      redirect: 'manual',
    });
    expect(sent[0]?.init).not.toHaveProperty('body');
    expect(sent[0]?.init?.headers).not.toHaveProperty('absent');
  });

  it.each([
    ['POST', 'a=b', 'a=b'],
    ['POST', '', ''],
    ['PATCH', '', ''],
    ['DELETE', 'a=b', 'a=b'],
    ['DELETE', '', undefined],
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

  it('does not support streaming', async () => {
    const answer = await request(async () => json('{}'));
    expect(() => answer.toStream()).toThrow(TypeError);
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
});

describe('an abort', () => {
  it('ends a request whose fetch ignores the signal', async () => {
    const vault = keyVault('sk_test_1');
    const caller = new AbortController();
    const { apiKey: key, detach } = vault.attachSignal(caller.signal);
    const answer = request(() => never, { vault, key });
    caller.abort('enough');
    await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
    detach();
  });

  it('before the request sends nothing', async () => {
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

  it('with a content-length that is too large is not read', async () => {
    const response = endless();
    response.headers.set('content-length', '1048577');
    await expect(request(async () => response)).rejects.toMatchObject({
      code: 'unavailable',
      details: { status: 200, requestId: 'req_1' },
    });
  });

  it('with the error null is a result after a success, and an error after a failure', async () => {
    const fine = await request(async () => json('{"error":null}'));
    expect(await fine.toJSON()).toEqual({ error: null });
    await expect(request(async () => json('{"error":null}', { status: 500 }))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
