import { describe, expect, test } from 'vitest';
import { sdk } from '../../test-support/sdk.js';
import { errorOf, fakeClock, raw, useEmulator } from '../../test-support/use-emulator.js';

const scope = { type: 'account' } as const;
const body = 'name=a&payload=p&scope[type]=account';
const key = { 'idempotency-key': 'k1' };

test('the same key and parameters give the first answer again', async () => {
  const emulator = await useEmulator();
  const first = await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  emulator.secrets.delete({ name: 'a' });
  const again = await raw(emulator, '/v1/apps/secrets', {
    body: 'scope%5Btype%5D=account&payload=p&name=a',
    headers: key,
  });
  expect(again.status).toBe(200);
  expect(again.text).toBe(first.text);
  expect(again.headers).toMatchObject({
    'idempotent-replayed': 'true',
    'idempotency-key': 'k1',
    'original-request': first.headers['request-id'],
  });
  expect(again.headers['request-id']).not.toBe(first.headers['request-id']);
  expect(first.headers['idempotent-replayed']).toBeUndefined();
  expect(first.headers['original-request']).toBe(first.headers['request-id']);
  expect(emulator.secrets.list()).toEqual([]);
  expect(emulator.requests.count({ replayed: true })).toBe(1);
});

test.each([
  { name: 'other parameters', path: '/v1/apps/secrets', body: body.replace('payload=p', 'payload=q') },
  { name: 'another endpoint', path: '/v1/apps/secrets/delete', body: 'name=a&scope[type]=account' },
  { name: 'another account', path: '/v1/apps/secrets', body, headers: { 'stripe-account': 'acct_2' } },
])('the same key with $name is a 400 idempotency_error', async ({ path, headers, body: other }) => {
  const emulator = await useEmulator();
  await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  const answer = await raw(emulator, path, { body: other, headers: { ...key, ...headers } });
  expect(answer.status).toBe(400);
  expect(errorOf(answer)).toMatchObject({
    type: 'idempotency_error',
    message: expect.stringMatching(/^Keys for idempotent requests .* other than 'k1' if/),
  });
  expect(emulator.secrets.get({ name: 'a' })?.payload).toBe('p');
});

test('the SDK makes it a StripeIdempotencyError', async () => {
  const { secrets } = sdk(await useEmulator()).apps;
  await secrets.create({ scope, name: 'a', payload: 'p' }, { idempotencyKey: 'k1' });
  await expect(
    secrets.create({ scope, name: 'b', payload: 'p' }, { idempotencyKey: 'k1' }),
  ).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
});

test('a key that is in use is a 409', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'delay', delayMs: 60_000 });
  const slow = raw(emulator, '/v1/apps/secrets', { body, headers: key }).catch(() => 'dropped');
  await expect.poll(() => emulator.faults.pending()).toEqual([]);
  const answer = await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  expect(answer.status).toBe(409);
  expect(errorOf(answer)).toMatchObject({ type: 'idempotency_error', code: 'idempotency_key_in_use' });
  expect(answer.headers['stripe-should-retry']).toBeUndefined();
  await emulator.close();
  expect(await slow).toBe('dropped');
});

test('a failure of a request that ran is given again', async () => {
  const emulator = await useEmulator();
  const gone = { body: 'name=a&scope[type]=account', headers: key };
  const first = await raw(emulator, '/v1/apps/secrets/delete', gone);
  emulator.secrets.put({ name: 'a', payload: 'p' });
  const again = await raw(emulator, '/v1/apps/secrets/delete', gone);
  expect(first.status).toBe(404);
  expect(again).toMatchObject({ status: 404, text: first.text });
  expect(emulator.secrets.get({ name: 'a' })).toBeDefined();
});

describe('nothing is saved for', () => {
  test('a request with wrong parameters', async () => {
    const emulator = await useEmulator();
    expect((await raw(emulator, '/v1/apps/secrets', { body: 'name=a', headers: key })).status).toBe(400);
    expect((await raw(emulator, '/v1/apps/secrets', { body, headers: key })).status).toBe(200);
  });

  test('a request with a wrong API key', async () => {
    const emulator = await useEmulator();
    expect((await raw(emulator, '/v1/apps/secrets', { body, headers: key, key: 'no' })).status).toBe(401);
    expect((await raw(emulator, '/v1/apps/secrets', { body, headers: key })).status).toBe(200);
  });

  test('a request over the rate limit', async () => {
    const clock = fakeClock();
    const emulator = await useEmulator({ now: clock.now, rateLimit: { total: 1 } });
    await raw(emulator, '/v1/apps/secrets?scope[type]=account');
    expect((await raw(emulator, '/v1/apps/secrets', { body, headers: key })).status).toBe(429);
    clock.advance(1000);
    expect((await raw(emulator, '/v1/apps/secrets', { body, headers: key })).status).toBe(200);
  });

  test('a GET', async () => {
    const emulator = await useEmulator();
    const path = '/v1/apps/secrets/find?name=a&scope[type]=account';
    expect((await raw(emulator, path, { headers: key })).status).toBe(404);
    emulator.secrets.put({ name: 'a', payload: 'p' });
    expect((await raw(emulator, path, { headers: key })).status).toBe(200);
  });
});

test('keys of different modes are unrelated', async () => {
  const emulator = await useEmulator({ allowLiveKeys: true });
  await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  const live = await raw(emulator, '/v1/apps/secrets', { body, headers: key, key: 'sk_live_1' });
  expect(live.headers['idempotent-replayed']).toBeUndefined();
});

test('a key is forgotten after a day', async () => {
  const clock = fakeClock();
  const emulator = await useEmulator({ now: clock.now });
  await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  clock.advance(24 * 60 * 60 * 1000 - 1);
  const kept = await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  clock.advance(1);
  const forgotten = await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  expect(kept.headers['idempotent-replayed']).toBe('true');
  expect(forgotten.headers['idempotent-replayed']).toBeUndefined();
});

test('a key of more than 255 characters is refused', async () => {
  const emulator = await useEmulator();
  const send = (length: number) =>
    raw(emulator, '/v1/apps/secrets', { body, headers: { 'idempotency-key': 'k'.repeat(length) } });
  expect((await send(255)).status).toBe(200);
  expect((await send(256)).status).toBe(400);
});
