import { expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { errorOf, fakeClock, raw, useEmulator } from '../../test/use-emulator.js';
import { defaultAssumptions } from '../options/assumptions.js';
import { resolveOptions } from '../options/resolve-options.js';
import { createRateLimiter } from './rate-limiter.js';

const list = '/v1/apps/secrets?scope[type]=account';
const find = '/v1/apps/secrets/find?scope[type]=account&name=a';

test('request 26 in a second is a 429 with a reason, one second later requests are allowed', async () => {
  const clock = fakeClock();
  const emulator = await useEmulator({ now: clock.now, rateLimit: true });
  for (let n = 0; n < 25; n += 1) expect((await raw(emulator, list)).status).toBe(200);
  const refused = await raw(emulator, list);
  expect(refused.status).toBe(429);
  expect(errorOf(refused)['code']).toBe('rate_limit');
  expect(refused.headers).toMatchObject({
    'stripe-rate-limited-reason': 'endpoint-rate',
  });
  expect(refused.headers['retry-after']).toBeUndefined();
  await expect(sdk(emulator).apps.secrets.list({ scope: { type: 'account' } })).rejects.toMatchObject({
    type: 'StripeRateLimitError',
  });
  clock.advance(1000);
  expect((await raw(emulator, list)).status).toBe(200);
});

test('total limits all operations of an account together', async () => {
  const emulator = await useEmulator({ now: fakeClock().now, rateLimit: { perEndpoint: 2, total: 3 } });
  const statuses = [];
  for (const path of [list, list, find, find]) statuses.push((await raw(emulator, path)).status);
  expect(statuses).toEqual([200, 200, 404, 429]);
  expect((await raw(emulator, find)).headers['stripe-rate-limited-reason']).toBe('global-rate');
});

test('the default limits are 25 per operation, and in total 25 in test mode and 100 in live mode', () => {
  const admitted = (
    mode: 'test' | 'live',
    operations: readonly ('list' | 'find' | 'create' | 'delete')[],
  ) => {
    const limiter = createRateLimiter({}, fakeClock().now, null);
    let count = 0;
    for (let n = 0; n < 100; n += 1) {
      for (const operation of operations) {
        try {
          limiter.admit({ account: 'acct_1', mode, operation });
          count += 1;
        } catch {}
      }
    }
    return count;
  };
  expect(admitted('test', ['list'])).toBe(25);
  expect(admitted('test', ['list', 'find'])).toBe(25);
  expect(admitted('live', ['list'])).toBe(25);
  expect(admitted('live', ['list', 'find', 'create', 'delete'])).toBe(100);
});

test('a request counts for exactly one second (sliding window)', () => {
  const clock = fakeClock();
  const limiter = createRateLimiter({ perEndpoint: 1 }, clock.now, null);
  const admit = () => limiter.admit({ account: 'acct_1', mode: 'test', operation: 'find' });
  admit();
  clock.advance(999);
  expect(admit).toThrow('rate limit');
  clock.advance(1);
  admit();
});

test('requests in the future do not count after the clock goes back', () => {
  const clock = fakeClock();
  const limiter = createRateLimiter({ perEndpoint: 1 }, clock.now, null);
  const admit = () => limiter.admit({ account: 'acct_1', mode: 'test', operation: 'find' });
  admit();
  clock.advance(-3_600_000);
  admit();
  expect(admit).toThrow('rate limit');
});

test('requests are not limited by default', () => {
  expect(resolveOptions({}).rateLimit).toBeUndefined();
});

test.each([
  { rateLimitShouldRetry: true, header: 'true' },
  { rateLimitShouldRetry: false, header: 'false' },
  { rateLimitShouldRetry: defaultAssumptions.rateLimitShouldRetry, header: undefined },
])('rateLimitShouldRetry $rateLimitShouldRetry sends $header', async ({ rateLimitShouldRetry, header }) => {
  const emulator = await useEmulator({
    rateLimit: { total: 1 },
    now: fakeClock().now,
    assume: { rateLimitShouldRetry },
  });
  await raw(emulator, list);
  expect((await raw(emulator, list)).headers['stripe-should-retry']).toBe(header);
});
