import { inspect } from 'node:util';
import { createSecrets, SecretError } from '@secretkit/core';
import { seal } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { cache } from '@secretkit/middleware/cache';
import { describe, expect, it, vi } from 'vitest';
import { error, name, secretResponse } from '../test/responses.js';
import { serve } from '../test/test-server.js';
import {
  type ApiKeyRead,
  type ApiKeySource,
  createStripeClient,
  type StripeClientOptions,
} from './client.js';
import { stripeSecrets } from './stripe-secrets.js';

const oldKey = 'sk_test_CANARYOLD';
const newKey = 'sk_test_CANARYNEW';

/** Starts a Stripe that accepts one key, which `roll` changes, and a client with this function. */
async function setUp(apiKey: ApiKeySource, options: Partial<StripeClientOptions> = {}) {
  let accepted = oldKey;
  const refuse = error(401, {});
  const answer = secretResponse();
  const server = await serve((request, response) =>
    (request.headers.authorization === `Bearer ${accepted}` ? answer : refuse)(request, response),
  );
  const client = createStripeClient({ apiKey, baseUrl: server.url, ...options });
  return {
    server,
    client,
    provider: stripeSecrets({ client }),
    roll: () => {
      accepted = newKey;
    },
    keys: () => server.requests.map(({ headers }) => headers.authorization?.replace('Bearer ', '')),
  };
}

/** Returns what a read of a secret rejects with. */
async function failureOf(apiKey: ApiKeySource, options: Partial<StripeClientOptions> = {}) {
  const { provider, server } = await setUp(apiKey, options);
  const failure = await provider.get({ name }, {}).then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown,
  );
  expect(inspect(failure, { depth: 9, showHidden: true }).includes('CANARY')).toBe(false);
  return { failure, requests: server.requests };
}

describe('a function as the key', () => {
  it.each<readonly [string, ApiKeySource]>([
    ['a string', () => oldKey],
    ['a Secret', () => seal(oldKey)],
    ['a promise of a string', async () => oldKey],
    ['a promise of a Secret', async () => seal(oldKey)],
  ])('may return %s', async (_, apiKey) => {
    const { provider, keys } = await setUp(apiKey);
    expect((await provider.get({ name }, {}))?.version).toBeUndefined();
    expect(keys()).toEqual([oldKey]);
  });

  it('is not called before the first request, and then for each of them, also those of other resources', async () => {
    const apiKey = vi.fn(() => oldKey);
    const { provider, client } = await setUp(apiKey);
    expect(apiKey).not.toHaveBeenCalled();
    await provider.get({ name }, {});
    await client.balance.retrieve();
    expect(apiKey).toHaveBeenCalledTimes(2);
    expect(apiKey).toHaveBeenLastCalledWith({ fresh: false, signal: expect.any(AbortSignal) });
  });

  it('is not called for a request that has a key of its own', async () => {
    const apiKey = vi.fn(() => newKey);
    const { client, keys } = await setUp(apiKey);
    await client.balance.retrieve({}, { apiKey: oldKey });
    expect(apiKey).not.toHaveBeenCalled();
    expect(keys()).toEqual([oldKey]);
  });

  it('shows the kind of the latest key in errors', async () => {
    const refused = await serve(error(403, {}));
    const client = createStripeClient({ apiKey: () => 'rk_test_CANARY', baseUrl: refused.url });
    await expect(stripeSecrets({ client }).get({ name }, {})).rejects.toMatchObject({
      message: expect.stringContaining('the restricted test-mode API key'),
    });
  });

  it('is not shown with the client, nor is the key that it returned', async () => {
    const { provider, client } = await setUp(() => oldKey);
    await provider.get({ name }, {});
    for (const thing of [client, provider]) {
      const shown = inspect(thing, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true });
      expect(shown.includes('CANARY')).toBe(false);
    }
  });
});

describe('a key that Stripe refuses with 401', () => {
  it('is asked for again, past copies in memory, and the request is sent once more with the same idempotency key', async () => {
    const backend = memorySecrets({ initial: { 'stripe-api-key': oldKey } });
    const store = createSecrets(backend);
    const cached = createSecrets(cache({ ttlMs: 60_000 })(backend));
    const { client, server, keys, roll } = await setUp((read) => cached.require('stripe-api-key', read));
    await stripeSecrets({ client }).get({ name }, {});
    roll();
    await store.set('stripe-api-key', newKey);
    await stripeSecrets({ client }).set({ name }, seal('an example'), {});
    await stripeSecrets({ client }).get({ name }, {});
    expect(keys()).toEqual([oldKey, oldKey, newKey, newKey]);
    const [, refused, repeated] = server.requests;
    expect(repeated?.body).toBe(refused?.body);
    expect(repeated?.headers['idempotency-key']).toBe(refused?.headers['idempotency-key']);
    expect(repeated?.headers['idempotency-key']).toBeTruthy();
  });

  it('is replaced without a fresh read if the function already returns another one', async () => {
    const answers = [oldKey, newKey];
    const apiKey = vi.fn((_: ApiKeyRead) => answers.shift() ?? newKey);
    const { provider, roll } = await setUp(apiKey);
    roll();
    await provider.get({ name }, {});
    expect(apiKey.mock.calls.map(([{ fresh }]) => fresh)).toEqual([false, false]);
  });

  it('is the error, after one request, if it is still the current one; then no fresh read follows for a while', async () => {
    const apiKey = vi.fn((_: ApiKeyRead) => newKey);
    const { provider, keys } = await setUp(apiKey);
    for (let count = 0; count < 3; count += 1) {
      await expect(provider.get({ name }, {})).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    expect(keys()).toEqual([newKey, newKey, newKey]);
    expect(apiKey.mock.calls.filter(([{ fresh }]) => fresh)).toHaveLength(1);
  });

  it('is not repeated more than once', async () => {
    let count = 0;
    const { provider, keys } = await setUp(() => `sk_test_CANARY${(count += 1)}`);
    await expect(provider.get({ name }, {})).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(keys()).toEqual(['sk_test_CANARY1', 'sk_test_CANARY2']);
  });

  it('stays the error if the function then fails', async () => {
    const { provider } = await setUp(({ fresh }) => {
      if (fresh) throw new SecretError('unavailable', 'the store is down.');
      return newKey;
    });
    await expect(provider.get({ name }, {})).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('a function that gives no key', () => {
  it.each<readonly [string, unknown, RegExp]>([
    ['undefined', undefined, /got undefined/],
    ['an empty string', '', /got an empty string/],
    ['null', null, /a string or a Secret, got null/],
    ['a lone surrogate', 'sk_test_CANARY\ud800', /visible ASCII/],
    ['a line break', 'sk_test_CANARY\n', /line break/],
    ['a publishable key', 'pk_test_CANARY', /got a publishable key/],
    ['a Secret of another token', seal('whsec_CANARY'), /webhook/],
  ])('but %s is unauthenticated, and nothing is sent', async (_, value, problem) => {
    const { failure, requests } = await failureOf((() => value) as never);
    expect(failure).toMatchObject({ code: 'unauthenticated', message: expect.stringMatching(problem) });
    expect(String(failure)).toContain('the key that the function apiKey returns must');
    expect(requests).toEqual([]);
  });

  it.each(['unavailable', 'timeout', 'rate_limited', 'permission_denied', 'not_found'] as const)(
    'but rejects with %s fails with that code, or with unauthenticated if it is an answer',
    async (code) => {
      const isAnswer = code === 'permission_denied' || code === 'not_found';
      const { failure, requests } = await failureOf(async () => {
        throw new SecretError(code, 'the store refused.', { retryAfterMs: 5 });
      });
      expect(failure).toMatchObject({
        code: isAnswer ? 'unauthenticated' : code,
        message: expect.stringMatching(/the function apiKey failed: .*the store refused/),
      });
      if (!isAnswer) expect(failure).toMatchObject({ retryAfterMs: 5 });
      expect(requests).toEqual([]);
    },
  );

  it.each<readonly [string, ApiKeySource]>([
    [
      'throws',
      () => {
        throw new Error('CANARY');
      },
    ],
    ['rejects', () => Promise.reject(new Error('CANARY'))],
  ])('but %s is unknown, and the exception is not quoted', async (_, apiKey) => {
    const { failure, requests } = await failureOf(apiKey);
    expect(failure).toMatchObject({ code: 'unknown' });
    expect(requests).toEqual([]);
  });

  it('but never settles is a timeout, and its signal fires', async () => {
    let given: AbortSignal | undefined;
    const { failure } = await failureOf(
      ({ signal }) => {
        given = signal;
        return new Promise(() => undefined);
      },
      { timeoutMs: 20 },
    );
    expect(failure).toMatchObject({ code: 'timeout' });
    expect(given?.aborted).toBe(true);
  });

  it('ends with the signal of the call', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { provider } = await setUp(() => {
      controller.abort(reason);
      return new Promise(() => undefined);
    });
    await expect(provider.get({ name }, { signal: controller.signal })).rejects.toBe(reason);
  });
});

it('a live-mode key from a function is never sent to another machine without TLS', async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const fetch = vi.fn();
  const client = createStripeClient({
    apiKey: () => 'sk_live_CANARY',
    baseUrl: 'http://stripe-emulator:12140',
    allowInsecure: true,
    fetch,
  });
  await expect(stripeSecrets({ client }).get({ name }, {})).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  expect(fetch).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
