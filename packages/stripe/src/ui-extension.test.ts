import { createSecrets, isSecretError, type Secrets } from '@secretkit/core';
import { timeout } from '@secretkit/middleware/timeout';
import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { extensionClient, type Host, hostAnswering, hostThat } from '../test/extension-host.js';
import { stripeSecrets } from './stripe-secrets.js';

const canary = 'CANARY-not-a-real-secret';
const never = new Promise<never>(() => undefined);
const usable = hostThat(async () => {
  throw new Error('not called');
});

async function open(host: Host | undefined, config?: Stripe.StripeConfig, key?: string): Promise<Secrets> {
  const client = await extensionClient(host, config, key);
  return createSecrets(timeout({ timeoutMs: 50 })(stripeSecrets({ client })));
}

/** Returns the error of a read. */
async function failureOf(secrets: Secrets) {
  const error: unknown = await secrets.get('name').catch((reason: unknown) => reason);
  if (!isSecretError(error)) throw new Error('the read must fail with a SecretError');
  expect(error.message).not.toContain(canary);
  return error;
}

interface Failure {
  readonly name: string;
  readonly host: Host | undefined;
  readonly code: string;
  /** Words of the problem and of its remedy. */
  readonly says: RegExp;
}

const failures: readonly Failure[] = [
  {
    name: 'no host',
    host: undefined,
    code: 'unavailable',
    says: /not open in the Stripe Dashboard.*stripe apps start/,
  },
  {
    name: 'a host that rejects',
    host: hostThat(() => Promise.reject(new Error(`no: ${canary}`))),
    code: 'unavailable',
    says: /Dashboard rejected the request.*Reload/,
  },
  {
    name: 'a host that never answers',
    host: hostThat(() => never),
    code: 'timeout',
    says: /no answer within 50 ms.*timeoutMs/,
  },
  {
    name: 'a host that never reports its transport',
    host: { ...usable, supportsFetchAppEmbeddedKey: () => never },
    code: 'timeout',
    says: /no answer within 50 ms/,
  },
  {
    name: 'a host that answers with nothing',
    host: hostThat(async () => undefined as never),
    code: 'unavailable',
    says: /Dashboard rejected the request/,
  },
  {
    name: 'a host that answers without JSON',
    host: hostThat(async () => ({ status: 200, headers: {} })),
    code: 'unavailable',
    says: /not JSON.*Reload the Dashboard/,
  },
  {
    name: 'an expired session, by the code of Stripe',
    host: hostAnswering(401, { code: 'api_key_expired', message: canary }),
    code: 'unauthenticated',
    says: /session of the Dashboard has expired.*sign in/i,
  },
  {
    name: 'an expired session, without a key for the frame',
    host: { supportsFetchAppEmbeddedKey: async () => true, fetchAppEmbeddedKey: async () => '' },
    code: 'unauthenticated',
    says: /gave no key.*sign in/i,
  },
  {
    name: '401',
    host: hostAnswering(401, { message: canary }),
    code: 'unauthenticated',
    says: /did not accept the session of the Dashboard.*no API key to correct/,
  },
  {
    name: 'a missing permission',
    host: hostAnswering(403, { code: 'more_permissions_required_for_application', message: canary }),
    code: 'permission_denied',
    says: /secret_write.*stripe-app\.json/,
  },
  {
    name: 'another refusal',
    host: hostAnswering(403, { message: canary }),
    code: 'permission_denied',
    says: /user.*secret_write/,
  },
  {
    name: 'an object of the other mode',
    host: hostAnswering(400, { code: 'livemode_mismatch', message: canary }),
    code: 'unauthenticated',
    says: /Dashboard.*different modes.*Switch the mode/,
  },
];

describe('in a UI extension', () => {
  it.each(failures)('$name has a message and a remedy of its own', async ({ host, code, says }) => {
    const error = await failureOf(await open(host));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
    expect(error.message).not.toMatch(/API keys|current key|Check the network|a proxy/);
  });

  it('the messages are as many as the failures', async () => {
    const named = failures.filter(({ name }) => !/transport|nothing/.test(name)); // these two repeat one
    const messages = new Set<string>();
    for (const { host } of named) messages.add((await failureOf(await open(host))).message);
    expect(messages.size).toBe(named.length);
  });

  it('a network that fails in the frame is reported as one', async () => {
    const host: Host = {
      supportsFetchAppEmbeddedKey: async () => true,
      fetchAppEmbeddedKey: () => Promise.reject(new TypeError('Failed to fetch')),
    };
    const error = await failureOf(await open(host));
    expect([error.code, error.message]).toEqual(['unavailable', expect.stringMatching(/Check the network/)]);
  });

  it('a real API key is refused before it leaves, with the placeholder as the remedy', async () => {
    const error = await failureOf(await open(usable, {}, 'sk_test_CANARY1'));
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toMatch(/STRIPE_API_KEY/);
    expect(error.message).not.toContain('CANARY');
  });

  it('a client without TLS is refused, with the option as the remedy', async () => {
    const error = await failureOf(await open(usable, { protocol: 'http' }));
    expect([error.code, error.message]).toEqual(['invalid_argument', expect.stringMatching(/protocol/)]);
  });

  it('the mode of the Dashboard is named when it is not the expected one', async () => {
    const secret = {
      id: 'appsecret_1',
      object: 'apps.secret',
      created: 1,
      expires_at: null,
      livemode: false,
      name: 'name',
      payload: canary,
      scope: { type: 'account' },
    };
    const client = await extensionClient(hostThat(async () => ({ status: 200, headers: {}, json: secret })));
    const error = await failureOf(createSecrets(stripeSecrets({ client, livemode: true })));
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toMatch(/Dashboard.*test mode.*Switch/);
  });
});

describe('the account of a UI extension is the open one', () => {
  it.each([
    ['the option account', {}, { account: 'acct_1' }],
    ['an account of the client', { stripeAccount: 'acct_1' }, {}],
    ['a context of the client', { stripeContext: 'acct_1' }, {}],
  ])('%s is a TypeError', async (_, config, options) => {
    const client = await extensionClient(usable, config);
    expect(() => stripeSecrets({ client, ...options })).toThrow(/account.*UI extension.*Omit/);
  });

  it('a scope with an account is refused before a request', async () => {
    let calls = 0;
    const secrets = await open(
      hostThat(async () => {
        calls += 1;
        return never;
      }),
    );
    const scope = { account: 'acct_1' };
    const all = [
      secrets.get({ name: 'a', scope }),
      secrets.getMany({ a: { name: 'a', scope }, b: { name: 'b', scope } }),
      secrets.set({ name: 'a', scope }, canary),
      secrets.delete({ name: 'a', scope }),
      secrets.list({ scope })[Symbol.asyncIterator]().next(),
    ];
    for (const call of all) {
      await expect(call).rejects.toMatchObject({
        code: 'invalid_argument',
        message: expect.stringMatching(/account.*Omit/),
      });
    }
    expect(calls).toBe(0);
  });
});
