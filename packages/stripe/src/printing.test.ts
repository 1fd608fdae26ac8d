import { inspect } from 'node:util';
import { compose, createSecrets } from '@secretkit/core';
import type { Secret } from '@secretkit/core/provider';
import { startEmulator } from '@secretkit/stripe-emulator';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ownClients } from '../test/own-clients.js';
import { canary } from '../test/responses.js';
import { apiKey } from '../test/stripe-clients.js';
import { createStripeClient } from './create-stripe-client.js';
import { createStoreClient } from './store-client.js';
import { stripeSecrets } from './stripe-secrets.js';

let emulator: Awaited<ReturnType<typeof startEmulator>>;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterEach(() => emulator.reset());
afterAll(() => emulator.close());

it.each(ownClients)(
  'a printed provider, client or secret does not show a value or the key, with $owner',
  async ({ create }) => {
    emulator.secrets.put({ name: 'name', payload: canary });
    const client = create({ apiKey, baseUrl: emulator.url });
    const provider = stripeSecrets({ client });
    const secrets = createSecrets(compose()(provider));
    const secret: Secret = await secrets.require('name');
    for (const thing of [provider, secrets, secret]) expectNothingShown(thing);
  },
);

it('a printed client of the store does not show the key', () => {
  expectNothingShown(createStoreClient({ apiKey, baseUrl: emulator.url }));
});

it('the error for a restricted key without the permission names the Dashboard, and does not show the key', async () => {
  const client = createStripeClient({ apiKey: 'rk_test_CANARYKEY', baseUrl: emulator.url });
  const error = await createSecrets(stripeSecrets({ client }))
    .get('name')
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'permission_denied',
    message: expect.stringMatching(/the restricted test-mode API key lacks.*secret_write.*Dashboard/),
  });
  expectNothingShown(error);
});

function expectNothingShown(thing: unknown): void {
  const everything = [
    String(thing),
    JSON.stringify(thing),
    inspect(thing, {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      customInspect: false,
      getters: true,
    }),
    inspect(thing, { depth: Number.POSITIVE_INFINITY }),
    thing instanceof Error ? String(thing.stack) : '',
  ].join('\n');
  expect(everything.includes(canary)).toBe(false);
  expect(everything.includes('CANARYKEY')).toBe(false);
}
