import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { codeOf, errorOf, fakeClock, raw, useEmulator } from '../../test/use-emulator.js';
import type { Fault } from '../faults/fault.js';
import { createIdempotencyKeys } from './idempotency.js';

const scope = { type: 'account' } as const;
const body = 'name=a&payload=p&scope[type]=account';
const key = { 'idempotency-key': 'k1' };

test('the same key and parameters replay the first response', async () => {
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
  const response = await raw(emulator, path, { body: other, headers: { ...key, ...headers } });
  expect(response.status).toBe(400);
  expect(errorOf(response)).toMatchObject({
    type: 'idempotency_error',
    message: expect.stringMatching(/^Keys for idempotent requests .* other than 'k1' if/),
  });
  expect(emulator.secrets.get({ name: 'a' })?.payload).toBe('p');
});

test('the SDK throws a StripeIdempotencyError', async () => {
  const { secrets } = sdk(await useEmulator()).apps;
  await secrets.create({ scope, name: 'a', payload: 'p' }, { idempotencyKey: 'k1' });
  await expect(
    secrets.create({ scope, name: 'b', payload: 'p' }, { idempotencyKey: 'k1' }),
  ).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
});

test('a key of a request in flight is a 409', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'delay', delayMs: 60_000 });
  const slow = raw(emulator, '/v1/apps/secrets', { body, headers: key }).catch(() => 'dropped');
  await expect.poll(() => emulator.faults.pending()).toEqual([]);
  const response = await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  expect(response.status).toBe(409);
  expect(errorOf(response)).toMatchObject({
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message:
      'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): k1. Please try again later.',
  });
  expect(response.headers['stripe-should-retry']).toBeUndefined();
  await emulator.close();
  expect(await slow).toBe('dropped');
});

test('the failure of an executed request is replayed', async () => {
  const emulator = await useEmulator();
  const gone = { body: 'name=a&scope[type]=account', headers: key };
  const first = await raw(emulator, '/v1/apps/secrets/delete', gone);
  emulator.secrets.put({ name: 'a', payload: 'p' });
  const again = await raw(emulator, '/v1/apps/secrets/delete', gone);
  expect(first.status).toBe(404);
  expect(again).toMatchObject({ status: 404, text: first.text });
  expect(emulator.secrets.get({ name: 'a' })).toBeDefined();
});

test('a request whose client disconnects is still executed, and a retry gets its response', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'delay', delayMs: 60_000 });
  const write = (signal?: AbortSignal) => raw(emulator, '/v1/apps/secrets', { body, headers: key, signal });
  const controller = new AbortController();
  const first = write(controller.signal).catch(codeOf);
  await expect.poll(() => emulator.faults.pending()).toEqual([]);
  controller.abort();
  expect(await first).toBe('ABORT_ERR');
  await expect.poll(() => emulator.requests.inFlight).toBe(0);
  expect((await write()).status).toBe(409);
  expect(emulator.secrets.list()).toEqual([]);
  vi.advanceTimersByTime(60_000);
  await expect.poll(() => emulator.requests.count({ fault: 'delay', status: 200 })).toBe(1);
  expect((await write()).headers['idempotent-replayed']).toBe('true');
  expect(emulator.secrets.list()).toHaveLength(1);
});

test.each<Fault>([
  { kind: 'serverError', saved: true },
  { kind: 'serverError', saved: true, executed: true },
  { kind: 'reply', status: 402, body: { error: { type: 'card_error', message: 'No.' } }, saved: true },
])('only the saved failure is replayed: $kind, executed $executed', async (fault) => {
  const emulator = await useEmulator();
  emulator.faults.add(fault);
  const first = await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  const again = await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  expect(first.status).toBe(fault.kind === 'reply' ? 402 : 500);
  expect(again).toMatchObject({ status: first.status, text: first.text });
  expect(again.headers).toMatchObject({
    'idempotent-replayed': 'true',
    'original-request': first.headers['request-id'],
  });
  const other = await raw(emulator, '/v1/apps/secrets', { body: `${body}&expand[]=payload`, headers: key });
  expect(errorOf(other)['type']).toBe('idempotency_error');
  expect(emulator.secrets.list()).toHaveLength('executed' in fault ? 1 : 0);
});

test('a failure that is not saved is not replayed', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'serverError' });
  expect((await raw(emulator, '/v1/apps/secrets', { body, headers: key })).status).toBe(500);
  const again = await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  expect(again.status).toBe(200);
  expect(again.headers['idempotent-replayed']).toBeUndefined();
});

test('the newest 10 000 responses are kept', async () => {
  const keys = createIdempotencyKeys(fakeClock().now);
  const claim = (n: number) => keys.claim({ owner: [], key: `k${n}`, fingerprint: '' });
  for (let n = 0; n <= 10_000; n += 1) {
    const { save, release } = claim(n);
    save({ status: 200, body: String(n), requestId: '' });
    release();
  }
  expect(claim(0).saved).toBeUndefined();
  expect(claim(1).saved?.body).toBe('1');
  expect(claim(10_000).saved?.body).toBe('10000');
});

describe('nothing is saved for', () => {
  test('a request with invalid parameters', async () => {
    const emulator = await useEmulator();
    expect((await raw(emulator, '/v1/apps/secrets', { body: 'name=a', headers: key })).status).toBe(400);
    expect((await raw(emulator, '/v1/apps/secrets', { body, headers: key })).status).toBe(200);
  });

  test('a request with an invalid API key', async () => {
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

test('keys of different modes are independent', async () => {
  const emulator = await useEmulator({ allowLiveKeys: true });
  await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  const live = await raw(emulator, '/v1/apps/secrets', { body, headers: key, key: 'sk_live_1' });
  expect(live.headers['idempotent-replayed']).toBeUndefined();
});

test('a key expires after 24 hours', async () => {
  const clock = fakeClock();
  const emulator = await useEmulator({ now: clock.now });
  await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  clock.advance(24 * 60 * 60 * 1000 - 1);
  const kept = await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  clock.advance(1);
  const expired = await raw(emulator, '/v1/apps/secrets', { body, headers: key });
  expect(kept.headers['idempotent-replayed']).toBe('true');
  expect(expired.headers['idempotent-replayed']).toBeUndefined();
});

test('a key with more than 255 characters is refused', async () => {
  const emulator = await useEmulator();
  const send = (length: number) =>
    raw(emulator, '/v1/apps/secrets', { body, headers: { 'idempotency-key': 'k'.repeat(length) } });
  expect((await send(255)).status).toBe(200);
  expect((await send(256)).status).toBe(400);
});
