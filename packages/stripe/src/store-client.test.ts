import { seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { json, name, secretResponse } from '../test/responses.js';
import { serve } from '../test/test-server.js';
import { createStoreClient } from './store-client.js';
import { stripeSecrets } from './stripe-secrets.js';

const apiKey = 'sk_test_CANARYKEY';
const account = 'acct_1';

describe('the requests', () => {
  const user = 'usr_1';

  async function requestOf(run: (provider: ReturnType<typeof stripeSecrets>) => Promise<unknown>) {
    const { url, requests } = await serve(secretResponse());
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      urls.push(String(input));
      return globalThis.fetch(input, init);
    };
    const client = createStoreClient({ apiKey, baseUrl: url, fetch });
    await run(stripeSecrets({ client, account })).catch(() => undefined);
    const { method, body, headers } = requests[0]!;
    const { pathname, searchParams } = new URL(urls[0]!);
    return { method, pathname, query: [...searchParams], body: [...new URLSearchParams(body)], headers };
  }

  it('to read have their parameters in the query, the key, the version and the account', async () => {
    const scope = { user };
    expect(await requestOf((provider) => provider.get({ name, scope }, {}))).toMatchObject({
      method: 'GET',
      pathname: '/v1/apps/secrets/find',
      query: [
        ['name', name],
        ['scope[type]', 'user'],
        ['scope[user]', user],
        ['expand[0]', 'payload'],
      ],
      body: [],
      headers: {
        authorization: `Bearer ${apiKey}`,
        'stripe-version': '2026-10-28.endive',
        'stripe-account': account,
        'user-agent': 'secretkit',
      },
    });
  });

  it('to list have a limit and a cursor', async () => {
    const listing = requestOf((provider) => provider.list({ cursor: 'appsecret_1', limit: 5 }, {}));
    expect(await listing).toMatchObject({
      method: 'GET',
      pathname: '/v1/apps/secrets',
      query: [
        ['scope[type]', 'account'],
        ['limit', '5'],
        ['starting_after', 'appsecret_1'],
      ],
    });
  });

  it.each(['value & more=1', 'ü – 🔑', 'a+b c%20', 'line\nbreak'])(
    'to write have the value in the body alone, as it is: %j',
    async (value) => {
      const ctx = { idempotencyKey: 'once' };
      const writing = requestOf((provider) => provider.set({ name }, seal(value), ctx));
      const { headers, ...sent } = await writing;
      expect(sent).toEqual({
        method: 'POST',
        pathname: '/v1/apps/secrets',
        query: [],
        body: [
          ['name', name],
          ['payload', value],
          ['scope[type]', 'account'],
        ],
      });
      expect(headers).toMatchObject({
        'content-type': 'application/x-www-form-urlencoded',
        'idempotency-key': 'once',
      });
    },
  );

  it('to delete name the secret in the body', async () => {
    const deleting = requestOf((provider) => provider.delete({ name }, {}));
    expect(await deleting).toMatchObject({
      method: 'POST',
      pathname: '/v1/apps/secrets/delete',
      query: [],
      body: [
        ['name', name],
        ['scope[type]', 'account'],
      ],
    });
  });

  it('have the given API version', async () => {
    const { url, requests } = await serve(secretResponse());
    const client = createStoreClient({ apiKey, baseUrl: url, apiVersion: '2025-01-27.acacia' });
    await stripeSecrets({ client }).get({ name }, {});
    expect(requests[0]?.headers['stripe-version']).toBe('2025-01-27.acacia');
  });
});

it('an error has the status, the request id and the code of Stripe, and no message', async () => {
  const error = { type: 'invalid_request_error', code: 'account_invalid', message: 'CANARY' };
  const { url } = await serve(json(403, { error }));
  const provider = stripeSecrets({ client: createStoreClient({ apiKey, baseUrl: url }) });
  const failure = await provider.get({ name }, {}).catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({
    code: 'permission_denied',
    details: { status: 403, requestId: 'req_fault', vendorCode: 'account_invalid' },
  });
  expect(String(failure)).not.toContain('CANARY');
});
