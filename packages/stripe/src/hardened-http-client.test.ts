import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { hardenedHttpClient } from './hardened-http-client.js';
import { fixedKey } from './key-source.js';
import { type KeyVault, keyVault } from './key-vault.js';

/** Makes a request with a custom fetch. */
function request(
  fetch: typeof globalThis.fetch,
  {
    vault = keyVault('createStripeClient', fixedKey('sk_test_1')),
    key,
  }: { vault?: KeyVault; key?: string } = {},
) {
  const client = hardenedHttpClient('createStripeClient', fetch, vault);
  const headers = {
    Authorization: `Bearer ${key ?? vault.placeholder}`,
    Accept: 'application/json',
    Absent: undefined,
  };
  return client.makeRequest('api.stripe.com', '443', '/v1/x', 'GET', headers, '', 'https', 1_000);
}

const never = new Promise<never>(() => undefined);
const json = (body: string, init?: ResponseInit) => new Response(body, init);

it('has one listener on a signal, for any number of requests', async () => {
  const vault = keyVault('createStripeClient', fixedKey('sk_test_1'));
  const controller = new AbortController();
  const key = vault.attachSignal(controller.signal).apiKey;
  const requests = Array.from({ length: 12 }, () => request(() => never, { vault, key }));
  expect(getEventListeners(controller.signal, 'abort').length).toBe(1);
  controller.abort();
  const ends = await Promise.allSettled(requests);
  expect(ends.map(({ status }) => status)).toEqual(Array(12).fill('rejected'));
  expect(getEventListeners(controller.signal, 'abort').length).toBe(0);
});

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

  it('does not support streaming', async () => {
    const answer = await request(async () => json('{}'));
    expect(() => answer.toStream()).toThrow(TypeError);
  });
});

describe('an abort', () => {
  it('ends a request whose fetch ignores the signal', async () => {
    const vault = keyVault('createStripeClient', fixedKey('sk_test_1'));
    const caller = new AbortController();
    const { apiKey: key, detach } = vault.attachSignal(caller.signal);
    const answer = request(() => never, { vault, key });
    caller.abort('enough');
    await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
    detach();
  });

  it('before the request sends nothing', async () => {
    const vault = keyVault('createStripeClient', fixedKey('sk_test_1'));
    const { apiKey: key, detach } = vault.attachSignal(AbortSignal.abort());
    const fetch = vi.fn(async () => json('{}'));
    await expect(request(fetch, { vault, key })).rejects.toMatchObject({ code: 'unavailable' });
    detach();
    await expect(request(fetch, { vault, key })).rejects.toMatchObject({ code: 'unavailable' });
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('a body', () => {
  it('with the error null is a result after a success, and an error after a failure', async () => {
    const fine = await request(async () => json('{"error":null}'));
    expect(await fine.toJSON()).toEqual({ error: null });
    await expect(request(async () => json('{"error":null}', { status: 500 }))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
