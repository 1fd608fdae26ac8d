import { createSecrets } from '@secretkit/core';
import { type Assumptions, startEmulator } from '@secretkit/stripe-emulator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plainClient } from '../test/emulator-clients.js';
import { apiKey } from '../test/stripe-clients.js';
import { createStripeClient } from './create-stripe-client.js';
import type { StripeClient } from './stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

// Stripe's documentation does not say how these behave. The provider must work with every possibility.

async function open(assume: Assumptions = {}) {
  const emulator = await startEmulator({ assume });
  onTestFinished(() => emulator.close());
  const client = createStripeClient({ apiKey, baseUrl: emulator.url, timeoutMs: 30_000 });
  return { emulator, secrets: createSecrets(stripeSecrets({ client })) };
}

describe('a list', () => {
  it('may hide payloads: the secrets are read one by one, from then on', async () => {
    const { emulator } = await open();
    for (const name of ['a', 'b']) emulator.secrets.put({ name, payload: `value-${name}` });
    const { secrets: real } = plainClient(emulator).apps;
    const lists: unknown[] = [];
    const hidingPayloads: StripeClient = {
      apps: {
        secrets: {
          find: (...args) => real.find(...args),
          create: (...args) => real.create(...args),
          deleteWhere: (...args) => real.deleteWhere(...args),
          list: ({ scope }, options) => {
            lists.push(scope);
            return real.list({ scope }, options);
          },
        },
      },
    };
    const secrets = createSecrets(stripeSecrets({ client: hidingPayloads }));
    for (let round = 0; round < 2; round += 1) {
      const { a, b, none } = await secrets.getMany({ a: 'a', b: 'b', none: 'none' });
      expect([a?.reveal(), b?.reveal(), none]).toEqual(['value-a', 'value-b', undefined]);
    }
    expect(lists).toHaveLength(1);
    expect(emulator.requests.count({ operation: 'find' })).toBe(2 + 3);
  });

  it('may refuse to expand payloads: the secrets are read one by one, from then on', async () => {
    const { emulator, secrets } = await open({ listExpandsPayload: false });
    for (const name of ['a', 'b']) emulator.secrets.put({ name, payload: `value-${name}` });
    for (let round = 0; round < 2; round += 1) {
      const { a, b, none } = await secrets.getMany({ a: 'a', b: 'b', none: 'none' });
      expect([a?.reveal(), b?.reveal(), none]).toEqual(['value-a', 'value-b', undefined]);
    }
    expect(emulator.requests.list().map(({ operation }) => operation)).toEqual([
      ...['list', 'list', 'find', 'find'], // refused, without payloads, and one by one
      ...['find', 'find', 'find'],
    ]);
  });

  it('may have more pages: a batch reads them to the end', async () => {
    const body = (name: string, has_more: boolean) => ({
      object: 'list',
      url: '/v1/apps/secrets',
      has_more,
      data: [
        {
          id: `appsecret_${name}`,
          object: 'apps.secret',
          created: 1,
          livemode: false,
          name,
          payload: `value-${name}`,
        },
      ],
    });
    const { emulator } = await open();
    emulator.faults.add({ kind: 'reply', status: 200, body: body('a', true) });
    emulator.faults.add({ kind: 'reply', status: 200, body: body('b', false) });
    const secrets = createSecrets(stripeSecrets({ client: plainClient(emulator) }));
    const { a, b } = await secrets.getMany({ a: 'a', b: 'b' });
    expect([a?.reveal(), b?.reveal()]).toEqual(['value-a', 'value-b']);
  });

  it('refuses the cursor of a deleted secret: that is invalid_argument', async () => {
    const { emulator } = await open();
    const provider = stripeSecrets({ client: plainClient(emulator) });
    await expect(provider.list({ cursor: 'appsecret_gone' }, {})).rejects.toMatchObject({
      code: 'invalid_argument',
      details: { vendorCode: 'resource_missing' },
    });
  });
});

it('names may be case-sensitive or not: reads and batches agree', async () => {
  for (const caseSensitiveNames of [true, false]) {
    const { emulator, secrets } = await open({ caseSensitiveNames });
    emulator.secrets.put({ name: 'Token', payload: 'value' });
    const expected = caseSensitiveNames ? undefined : 'value';
    expect((await secrets.get('token'))?.reveal()).toBe(expected);
    expect((await secrets.getMany({ a: 'token', b: 'b' })).a?.reveal()).toBe(expected);
  }
});

it('a replacement may keep the old expiry: that is invalid_data', async () => {
  const { secrets } = await open({ replaceClearsExpiry: false });
  await secrets.set('name', 'value', { expiresAt: new Date(Date.now() + 60_000) });
  await expect(secrets.set('name', 'value')).rejects.toMatchObject({
    code: 'invalid_data',
    message: expect.stringContaining('expiry'),
  });
});

it.each<Assumptions>([
  { deleteBody: 'full' },
  { replaceKeepsId: false },
  { replaceKeepsCreated: false },
  { lengthUnit: 'bytes' },
  { lengthErrorShows: 'value' },
  { scopeExpands: true },
  { listOrder: 'oldestFirst' },
])('the provider does not depend on %j', async (assume) => {
  const { secrets } = await open(assume);
  await secrets.set('name', 'old');
  await secrets.set('name', 'new');
  expect((await secrets.require('name')).reveal()).toBe('new');
  await secrets.delete('name');
  expect(await secrets.get('name')).toBeUndefined();
  await secrets.delete('name');
});
