import { createSecrets } from '@secretkit/core';
import { startEmulator } from '@secretkit/stripe-emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answer, name } from '../test/responses.js';
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
    'a connected account is named by %s',
    async (accountHeader) => {
      const { host, port } = emulator;
      const stripe = client.make({ protocol: 'http', host, port }, 30_000);
      const secrets = createSecrets(stripeSecrets({ client: stripe, accountHeader, account: 'acct_1' }));
      await secrets.set('token', 'of the first');
      await secrets.set({ name: 'token', scope: { account: 'acct_2', user: 'usr_1' } }, 'of a user');
      const scope = { type: 'user', user: 'usr_1' } as const;
      expect(emulator.secrets.get({ account: 'acct_1', name: 'token' })?.payload).toBe('of the first');
      expect(emulator.secrets.get({ account: 'acct_2', scope, name: 'token' })?.payload).toBe('of a user');
      expect((await secrets.require('token')).reveal()).toBe('of the first');
      const { a, b } = await secrets.getMany({ a: 'token', b: 'none' });
      expect([a?.reveal(), b]).toEqual(['of the first', undefined]);
      await secrets.delete('token');
      expect(await secrets.get('token')).toBeUndefined();
      await expect(secrets.get({ name: 'token', scope: { account: 'acct_3' } })).rejects.toMatchObject({
        code: 'permission_denied',
        details: { vendorCode: 'account_invalid' },
        message: expect.stringContaining('not installed'),
      });
    },
  );
});

describe('the header', () => {
  const [hardened] = clients;

  it.each([
    ['stripeAccount', 'stripe-account', 'stripe-context'],
    ['stripeContext', 'stripe-context', 'stripe-account'],
  ] as const)('of %s goes alone', async (accountHeader, there, absent) => {
    const place = await serve(answer());
    const client = hardened!.make(place, 30_000);
    await createSecrets(stripeSecrets({ client, accountHeader, account: 'acct_1' })).get(name);
    expect(place.requests[0]?.headers).toMatchObject({ [there]: 'acct_1' });
    expect(place.requests[0]?.headers).not.toHaveProperty(absent);
  });
});

describe('a client that was configured with an account', () => {
  const configured = (field: string, account = 'acct_own') => ({
    apps: { secrets: { find: async () => undefined } },
    getApiField: (asked: string) => (asked === field ? account : null),
  });

  it.each(['stripeAccount', 'stripeContext'] as const)(
    'by %s has it for a default, by its header',
    (field) => {
      const provider = stripeSecrets({ client: configured(field) as never });
      expect(provider.canonical({ name })).toEqual({ name, scope: { account: 'acct_own' } });
      const other = field === 'stripeAccount' ? 'stripeContext' : 'stripeAccount';
      expect(() => stripeSecrets({ client: configured(field) as never, accountHeader: other })).toThrow(
        /configured with a stripe/,
      );
    },
  );

  it.each(['', 'acct 1', 'acct_1\n'])('that no header carries is refused when it is built: %j', (account) => {
    for (const field of ['stripeAccount', 'stripeContext'] as const) {
      const client = configured(field, account) as never;
      expect(() => stripeSecrets({ client })).toThrow(
        new TypeError(
          `stripeSecrets: the client was configured with a ${field} that is no id of a connected account, such as 'acct_123'.`,
        ),
      );
    }
  });

  it('is told apart from one that was not', () => {
    const provider = stripeSecrets({ client: configured('none') as never });
    expect(provider.canonical({ name })).toEqual({ name, scope: {} });
  });
});

it.each(['acct 1', 'acct_1\n', 'acct_é', 'acct_\u{1f511}'])(
  'an account that no header carries is refused: %j',
  async (account) => {
    const place = await serve(answer());
    const provider = stripeSecrets({ client: clients[0]!.make(place, 30_000) });
    const scope = { account };
    await expect(provider.get({ name, scope }, {})).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(provider.getMany([{ name, scope }], {})).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(place.requests).toHaveLength(0);
  },
);
