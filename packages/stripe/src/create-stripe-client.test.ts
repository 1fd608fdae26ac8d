import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { answer, name } from '../test/responses.js';
import { serve } from '../test/test-server.js';
import { createStripeClient } from './create-stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

const apiKey = 'sk_test_CANARYKEY';

it('a request has the key and the version, and nothing that stripe-node would not send', async () => {
  const { url, requests } = await serve(answer());
  const client = createStripeClient({ apiKey, baseUrl: url, apiVersion: '2026-10-28.endive' });
  const { signal } = new AbortController();
  await stripeSecrets({ client }).get({ name }, { signal });
  const { headers } = requests[0]!;
  expect(headers).toMatchObject({
    authorization: `Bearer ${apiKey}`,
    'stripe-version': '2026-10-28.endive',
    'user-agent': expect.stringMatching(/^Stripe\/v1 NodeBindings\/23/),
  });
  expect(JSON.stringify(headers)).not.toContain('held by');
  expect(headers).not.toHaveProperty('x-stripe-client-telemetry');
});

it('a fetch of the user’s own sends the requests', async () => {
  const { url, requests } = await serve(answer());
  const urls: unknown[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    urls.push(input);
    return globalThis.fetch(input, init);
  };
  await stripeSecrets({ client: createStripeClient({ apiKey, baseUrl: url, fetch }) }).get({ name }, {});
  expect(urls).toHaveLength(1);
  expect(requests).toHaveLength(1);
});

describe('options', () => {
  it.each([
    [undefined, /object of options/],
    [{}, /apiKey is empty/],
    [{ apiKey: '' }, /apiKey is empty/],
    [{ apiKey: 'sk_test_CANARY\n' }, /apiKey has a space, a line break/],
    [{ apiKey, baseUrl: 'not a url' }, /baseUrl is an origin/],
    [{ apiKey, baseUrl: 'ftp://example.com' }, /baseUrl is an origin/],
    [{ apiKey, baseUrl: 'https://user:CANARY@example.com' }, /without credentials/],
    [{ apiKey, baseUrl: 'https://example.com/v1' }, /takes no path/],
    [{ apiKey, baseUrl: 'http://example.com' }, /Without TLS/],
    [{ apiKey, timeoutMs: 0 }, /timeoutMs/],
    [{ apiKey, apiVersion: 5 }, /apiVersion is one of Stripe's/],
    [{ apiKey, apiVersion: 'CANARY\n' }, /apiVersion is one of Stripe's/],
    [{ apiKey: 'pk_test_CANARY' }, /publishable key/],
    [{ apiKey, fetch: 'fetch' }, /fetch is a function/],
    [{ apiKey, key: 1 }, /no option "key"/],
  ])('are checked when it is built, and never shown: %j', (options, message) => {
    let error: unknown;
    try {
      createStripeClient(options as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toMatch(message);
    expect(inspect(error).includes('CANARY')).toBe(false);
  });
});
