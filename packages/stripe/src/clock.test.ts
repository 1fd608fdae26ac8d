import { createSecrets } from '@secretkit/core';
import { startEmulator } from '@secretkit/stripe-emulator';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { plainClient } from '../test/emulator-clients.js';
import { stripeSecrets } from './stripe-secrets.js';

let emulator: Awaited<ReturnType<typeof startEmulator>>;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterEach(() => emulator.reset());
afterAll(() => emulator.close());

it('a value is served until just before its expiry, and is missing at it', async () => {
  const expiresAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 10_000);
  const clock = { ms: expiresAt.getTime() - 1 };
  const body = {
    id: 'appsecret_1',
    object: 'apps.secret',
    created: 1,
    livemode: false,
    name: 'name',
    payload: 'value',
    expires_at: expiresAt.getTime() / 1_000,
  };
  emulator.faults.add({ kind: 'reply', status: 200, body, times: 2 });
  const secrets = createSecrets(stripeSecrets({ client: plainClient(emulator), now: () => clock.ms }));
  expect((await secrets.get('name'))?.reveal()).toBe('value');
  clock.ms += 1;
  expect(await secrets.get('name')).toBeUndefined();
});

it('a date in Retry-After is measured from the date of the response, whatever the clock says', async () => {
  const headers = { 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT', date: 'Tue, 24 Nov 2026 12:00:00 GMT' };
  emulator.faults.add({ kind: 'reply', status: 429, headers, body: { error: { code: 'rate_limit' } } });
  const now = () => Date.parse('2026-11-24T13:00:00Z');
  const provider = stripeSecrets({ client: plainClient(emulator), now });
  await expect(provider.get({ name: 'name' }, {})).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfterMs: 30_000,
  });
});
