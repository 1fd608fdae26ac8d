import { expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { fakeClock, useEmulator } from '../../test/use-emulator.js';
import type { SecretToPut } from './emulator-secrets.js';

const user = { type: 'user', user: 'usr_1' } as const;

test('the API and the direct access share one store', async () => {
  const emulator = await useEmulator();
  const { secrets } = sdk(emulator).apps;
  const where = { account: 'acct_1', scope: user, name: 'a' };
  emulator.secrets.put({ ...where, payload: 'one' });
  const options = { stripeAccount: 'acct_1' };
  const found = await secrets.find({ scope: user, name: 'a', expand: ['payload'] }, options);
  expect(found.payload).toBe('one');
  await secrets.create({ scope: user, name: 'a', payload: 'two' }, options);
  expect(emulator.secrets.get(where)?.payload).toBe('two');
  expect(emulator.secrets.delete(where)).toBe(true);
  expect(emulator.secrets.delete(where)).toBe(false);
  await expect(secrets.find({ scope: user, name: 'a' }, options)).rejects.toMatchObject({ statusCode: 404 });
  expect(emulator.requests.count()).toBe(3);
});

test('returns the time of creation and expiry, and removes the secret at its expiry', async () => {
  const clock = fakeClock();
  const emulator = await useEmulator({ now: clock.now });
  const expiresAt = new Date(clock.now() + 60_000);
  emulator.secrets.put({ name: 'a', payload: 'p', mode: 'live', expiresAt });
  expect(emulator.secrets.get({ name: 'a', mode: 'live' })).toEqual({
    id: expect.stringMatching(/^appsecret_/),
    account: 'acct_emulator',
    mode: 'live',
    scope: { type: 'account' },
    name: 'a',
    payload: 'p',
    createdAt: new Date(clock.now()),
    expiresAt,
  });
  expect(emulator.secrets.list({ mode: 'live' })[0]).not.toHaveProperty('payload');
  clock.advance(60_000);
  expect(emulator.secrets.get({ name: 'a', mode: 'live' })).toBeUndefined();
});

test('applies the limits of the store', async () => {
  const { secrets } = await useEmulator();
  expect(() => secrets.put({ name: 'a', payload: '' })).toThrow(TypeError);
  expect(() => secrets.put({ name: '', payload: 'p' })).toThrow(TypeError);
  for (let n = 0; n < 10; n += 1) secrets.put({ name: `s${n}`, payload: 'p' });
  expect(() => secrets.put({ name: 'more', payload: 'hunter2' })).toThrow(RangeError);
});

test.each(['name', 'payload'] as const)(
  'a %s that is too long for the API is a RangeError',
  async (param) => {
    const { secrets } = await useEmulator({ assume: { lengthUnit: 'bytes' } });
    const fits = { name: 'a', payload: 'p', [param]: 'x'.repeat(5_000) };
    expect(() => secrets.put(fits)).not.toThrow();
    const longer = { ...fits, [param]: `${'x'.repeat(4_999)}é` };
    expect(() => secrets.put(longer)).toThrow(RangeError);
    expect(() => secrets.put(longer)).toThrow(new RegExp(`^secrets\\.put: ${param} .* 5000 bytes`));
    expect(() => secrets.put(longer)).not.toThrow('xx');
    const { secrets: codePoints } = await useEmulator();
    expect(() => codePoints.put(longer)).not.toThrow();
    expect(() => codePoints.put({ ...fits, [param]: 'x'.repeat(5_001) })).toThrow('5000 code points');
  },
);

test.each<{ name: string; secret: object; message: RegExp }>([
  {
    name: 'a misspelled account',
    secret: { acount: 'acct_1' },
    message: /secrets\.put: unknown option "acount"/,
  },
  { name: 'an empty scope', secret: { scope: {} }, message: /scope / },
  { name: 'a user scope without a user', secret: { scope: { type: 'user' } }, message: /scope / },
  { name: 'an account scope with a user', secret: { scope: { ...user, type: 'account' } }, message: /scope/ },
  { name: 'an unknown mode', secret: { mode: 'hunter2' }, message: /mode .*"live"/ },
  { name: 'an invalid Date', secret: { expiresAt: new Date(Number.NaN) }, message: /expiresAt / },
  {
    name: 'a payload that is an object',
    secret: { payload: { x: 'hunter2' } },
    message: /payload .* object/,
  },
])('a TypeError for $name, without the payload', async ({ secret, message }) => {
  const { secrets } = await useEmulator();
  const wrong = { name: 'a', payload: 'hunter2', ...secret } as SecretToPut; // as in plain JavaScript
  expect(() => secrets.put(wrong)).toThrow(TypeError);
  expect(() => secrets.put(wrong)).toThrow(message);
  expect(() => secrets.put(wrong)).not.toThrow('hunter2');
});

test('get, delete and list refuse unknown options', async () => {
  const { secrets } = await useEmulator();
  const wrong = { name: 'a', acount: 'acct_1' };
  const where: object = wrong;
  expect(() => secrets.get(wrong)).toThrow('"acount"');
  expect(() => secrets.delete(wrong)).toThrow('"acount"');
  expect(() => secrets.list(where)).toThrow('"name"');
});

test('a later change of the scope object does not change the secret', async () => {
  const { secrets } = await useEmulator();
  const scope = { type: 'user' as const, user: 'usr_1' };
  secrets.put({ name: 'a', payload: 'p', scope });
  scope.user = 'usr_2';
  expect(secrets.list({ scope: user })[0]?.scope).toEqual(user);
});
