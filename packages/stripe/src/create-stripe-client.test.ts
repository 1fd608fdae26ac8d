import { expect, it, vi } from 'vitest';
import { name, secretResponse } from '../test/responses.js';
import { serve } from '../test/test-server.js';
import { createStripeClient } from './create-stripe-client.js';
import { fixedKey } from './key-source.js';
import { keyVault } from './key-vault.js';
import { stripeSecrets } from './stripe-secrets.js';

const apiKey = 'sk_test_CANARYKEY';

it('a request has the key, the API version and no telemetry', async () => {
  const { url, requests } = await serve(secretResponse());
  const client = createStripeClient({ apiKey, baseUrl: url, apiVersion: '2026-10-28.endive' });
  const { signal } = new AbortController();
  await stripeSecrets({ client }).get({ name }, { signal });
  const { headers } = requests[0]!;
  expect(headers).toMatchObject({
    authorization: `Bearer ${apiKey}`,
    'stripe-version': '2026-10-28.endive',
    'user-agent': expect.stringMatching(/^Stripe\/v1 NodeBindings\/23/),
  });
  expect(JSON.stringify(headers)).not.toContain(keyVault('createStripeClient', fixedKey(apiKey)).placeholder);
  expect(headers).not.toHaveProperty('x-stripe-client-telemetry');
});

it('a custom fetch sends the requests', async () => {
  const { url, requests } = await serve(secretResponse());
  const urls: unknown[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    urls.push(input);
    return globalThis.fetch(input, init);
  };
  await stripeSecrets({ client: createStripeClient({ apiKey, baseUrl: url, fetch }) }).get({ name }, {});
  expect(urls).toHaveLength(1);
  expect(requests).toHaveLength(1);
});

it.each(['sk_live_CANARY', 'rk_live_CANARY', 'sk_org_live_CANARY'])(
  'a live-mode key of one request is never sent without TLS: %s',
  async (live) => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const fetch = vi.fn();
    const baseUrl = 'http://stripe-emulator:12140';
    const client = createStripeClient({ apiKey, baseUrl, allowInsecure: true, fetch });
    await expect(client.balance.retrieve({}, { apiKey: live })).rejects.toMatchObject({
      detail: { code: 'unauthenticated' },
    });
    expect(fetch).not.toHaveBeenCalled();
  },
);
