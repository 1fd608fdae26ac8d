import { createSecrets } from '@secretkit/core';
import { startEmulator } from '@secretkit/stripe-emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { emulatorClients } from '../test/emulator-clients.js';
import { canary } from '../test/responses.js';
import { apiKey } from '../test/stripe-clients.js';
import { createStripeClient } from './create-stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

let emulator: Awaited<ReturnType<typeof startEmulator>>;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterEach(() => emulator.reset());
afterAll(() => emulator.close());

describe.each(emulatorClients)('a key of the other mode, through $client', ({ make }) => {
  function open(livemode: boolean) {
    const { secrets } = make(emulator).apps;
    const client = { apps: { secrets } }; // hides the kind of the key
    return createSecrets(stripeSecrets({ client, livemode }));
  }

  it.each(['get', 'getMany', 'list', 'set'] as const)('is refused by %s', async (operation) => {
    for (const each of ['name', 'other']) emulator.secrets.put({ name: each, payload: canary });
    const secrets = open(true);
    const call = {
      get: () => secrets.get('name'),
      getMany: () => secrets.getMany({ a: 'name', b: 'other' }),
      list: () => secrets.list()[Symbol.asyncIterator]().next(),
      set: () => secrets.set('name', 'value'),
    }[operation];
    await expect(call()).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringMatching(/test mode.*livemode is true/),
      details: { status: 200, requestId: expect.stringMatching(/^req_/) },
    });
  });

  it('is refused by delete when the response has the mode', async () => {
    for (const livemode of [true, false]) {
      const body = { id: 'appsecret_1', object: 'apps.secret', deleted: true, livemode: false };
      emulator.faults.add({ kind: 'reply', status: 200, body, operation: 'delete' });
      const deletion = open(livemode).delete('name');
      if (livemode) await expect(deletion).rejects.toMatchObject({ code: 'unauthenticated' });
      else await deletion;
    }
  });

  it('is not confused with a key of the expected mode', async () => {
    emulator.secrets.put({ name: 'name', payload: 'value' });
    expect((await open(false).get('name'))?.reveal()).toBe('value');
  });
});

it('a key of the other mode is refused when the provider is created, if its prefix shows the mode', () => {
  const client = createStripeClient({ apiKey, baseUrl: emulator.url });
  expect(() => stripeSecrets({ client, livemode: true })).toThrow(TypeError);
  expect(() => stripeSecrets({ client, livemode: true })).toThrow(/livemode must be .*test-mode/);
  expect(() => stripeSecrets({ client, livemode: false })).not.toThrow();
});
