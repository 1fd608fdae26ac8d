import { createSecrets } from '@secretkit/core';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { canary, name, secretResponse } from '../test/responses.js';
import { apiKey } from '../test/stripe-clients.js';
import { serve } from '../test/test-server.js';
import { createStoreClient } from './store-client.js';
import type { StripeClient } from './stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

const added = { scope: { account: 'acct_other' }, account: 'acct_other', user: 'usr_other' };

afterEach(() => {
  for (const field of Object.keys(added)) Reflect.deleteProperty(Object.prototype, field);
});

/** A client that answers nothing of use, and the accounts and users that it was asked for. */
function recordingClient() {
  const asked: (string | undefined)[][] = [];
  const record = async (...[params, options]: readonly object[]): Promise<unknown> => {
    const { scope } = params as { scope: { user?: string } };
    const own = Object.entries(options as object).find(([key]) => key === 'stripeAccount');
    asked.push([own?.[1] as string | undefined, Object.entries(scope).find(([key]) => key === 'user')?.[1]]);
    return {};
  };
  const secrets = { find: record, list: record, create: record, deleteWhere: record };
  return { client: { apps: { secrets } } as StripeClient, asked };
}

const requestOptions = {
  stripeAccount: 'acct_other',
  stripeContext: 'acct_other',
  apiKey: 'sk_test_another',
  idempotencyKey: 'another',
};

it.each(Object.entries(requestOptions))(
  'the option %s of a request, added to Object.prototype, is not sent by createStoreClient',
  async (field, value) => {
    const { url, requests } = await serve(secretResponse());
    const provider = stripeSecrets({ client: createStoreClient({ apiKey, baseUrl: url }) });
    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, field));
    expect((await provider.get({ name }, {}))?.reveal()).toBe(canary);
    const { headers } = requests[0]!;
    expect(headers.authorization).toBe(`Bearer ${apiKey}`);
    for (const sent of ['stripe-account', 'stripe-context', 'idempotency-key']) {
      expect(Object.keys(headers)).not.toContain(sent);
    }
  },
);

it.each(Object.entries(added))(
  'the field %s, added to Object.prototype, reaches no other account or user',
  async (field, value) => {
    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
    for (const account of [undefined, 'acct_1']) {
      const { client, asked } = recordingClient();
      const secrets = createSecrets(stripeSecrets({ client, ...(account && { account }) }));
      const calls = [
        () => secrets.get('a'),
        () => secrets.set('a', 'value'),
        () => secrets.delete('a'),
        () => secrets.getMany({ a: 'a', b: 'b' }),
        () => secrets.get({ name: 'a', scope: { user: 'usr_1' } }),
      ];
      for (const call of calls) await call().catch(() => undefined); // the answers are malformed
      expect(new Set(asked.slice(0, -1).map(String))).toEqual(new Set([String([account, undefined])]));
      expect(asked.at(-1)).toEqual([account, 'usr_1']);
    }
  },
);
