import { createSecrets } from '@secretkit/core';
import { startEmulator } from '@secretkit/stripe-emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { name, secretResponse } from '../test/responses.js';
import { type ClientKind, clientsOf, majors } from '../test/stripe-clients.js';
import { serve } from '../test/test-server.js';
import { stripeSecrets } from './stripe-secrets.js';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
beforeAll(async () => {
  emulator = await startEmulator({ accounts: ['acct_1', 'acct_2'] });
});
afterEach(() => emulator.reset());
afterAll(() => emulator.close());

const clients: ClientKind[] = [];
for (const major of majors) clients.push(...(await clientsOf(major)));

describe.each(clients)('stripe-node $major, $name', (client) => {
  it.each(['stripeAccount', 'stripeContext'] as const)(
    'names the connected account with %s',
    async (accountHeader) => {
      const { host, port } = emulator;
      const stripe = client.make({ protocol: 'http', host, port }, 30_000);
      const secrets = createSecrets(stripeSecrets({ client: stripe, accountHeader, account: 'acct_1' }));
      await secrets.set('token', 'value-1');
      await secrets.set({ name: 'token', scope: { account: 'acct_2', user: 'usr_1' } }, 'value-2');
      const scope = { type: 'user', user: 'usr_1' } as const;
      expect(emulator.secrets.get({ account: 'acct_1', name: 'token' })?.payload).toBe('value-1');
      expect(emulator.secrets.get({ account: 'acct_2', scope, name: 'token' })?.payload).toBe('value-2');
      expect((await secrets.require('token')).reveal()).toBe('value-1');
      const { a, b } = await secrets.getMany({ a: 'token', b: 'none' });
      expect([a?.reveal(), b]).toEqual(['value-1', undefined]);
      await secrets.delete('token');
      expect(await secrets.get('token')).toBeUndefined();
      await expect(secrets.get({ name: 'token', scope: { account: 'acct_3' } })).rejects.toMatchObject({
        code: 'permission_denied',
        details: { vendorCode: 'account_invalid' },
        message: expect.stringContaining('install the app'),
      });
    },
  );
});

describe('a request with an account', () => {
  const [hardened] = clients;

  it.each([
    ['stripeAccount', 'stripe-account', 'stripe-context'],
    ['stripeContext', 'stripe-context', 'stripe-account'],
  ] as const)('has only the header of %s', async (accountHeader, present, absent) => {
    const server = await serve(secretResponse());
    const client = hardened!.make(server, 30_000);
    await createSecrets(stripeSecrets({ client, accountHeader, account: 'acct_1' })).get(name);
    expect(server.requests[0]?.headers).toMatchObject({ [present]: 'acct_1' });
    expect(server.requests[0]?.headers).not.toHaveProperty(absent);
  });
});

describe('a client that was configured with an account', () => {
  const configured = (field: string, account = 'acct_own') => ({
    apps: { secrets: { find: async () => undefined } },
    getApiField: (name: string) => (name === field ? account : null),
  });

  it.each(['stripeAccount', 'stripeContext'] as const)(
    'by %s uses that account and that header by default',
    (field) => {
      const provider = stripeSecrets({ client: configured(field) as never });
      expect(provider.canonical({ name })).toEqual({ name, scope: { account: 'acct_own' } });
      const other = field === 'stripeAccount' ? 'stripeContext' : 'stripeAccount';
      expect(() => stripeSecrets({ client: configured(field) as never, accountHeader: other })).toThrow(
        /accountHeader must be 'stripe/,
      );
    },
  );

  it.each(['', 'acct 1', 'acct_1\n'])('that a header cannot hold is refused: %j', (account) => {
    for (const field of ['stripeAccount', 'stripeContext'] as const) {
      const client = configured(field, account) as never;
      expect(() => stripeSecrets({ client })).toThrow(TypeError);
      expect(() => stripeSecrets({ client })).toThrow(`client's ${field} must be`);
      if (account) expect(() => stripeSecrets({ client })).not.toThrow(account);
    }
  });

  it('is not confused with another client', () => {
    const provider = stripeSecrets({ client: configured('none') as never });
    expect(provider.canonical({ name })).toEqual({ name, scope: {} });
  });
});

it.each(['acct 1', 'acct_1\n', 'acct_é', 'acct_\u{1f511}'])(
  'an account that a header cannot hold is refused: %j',
  async (account) => {
    const server = await serve(secretResponse());
    const provider = stripeSecrets({ client: clients[0]!.make(server, 30_000) });
    const scope = { account };
    await expect(provider.get({ name, scope }, {})).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(provider.getMany([{ name, scope }], {})).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(server.requests).toHaveLength(0);
  },
);
