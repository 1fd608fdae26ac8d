import { createSecrets } from '@secretkit/core';
import { startEmulator } from '@secretkit/stripe-emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { plainClient } from '../test/emulator-clients.js';
import { checkAccount, checkName, checkPayload, expiryInSeconds } from './check-arguments.js';
import { stripeSecrets } from './stripe-secrets.js';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
const now = () => Date.now();

beforeAll(async () => {
  emulator = await startEmulator({ now });
});
afterEach(() => emulator.reset());
afterAll(() => emulator.close());

describe('an argument that Stripe would refuse is invalid_argument before a request is sent', () => {
  it.each([
    ['an empty value', () => ['name', '']],
    ['a value over 5,000 characters', () => ['name', 'x'.repeat(5_001)]],
    ['a lone surrogate in a value', () => ['name', '\ud800']],
    ['a lone surrogate in a name', () => ['\ud800', 'value']],
    ['a name over 5,000 characters', () => ['n'.repeat(5_001), 'value']],
    ['an expiry in the past', () => ['name', 'value', new Date(now() - 1)]],
    [
      'an expiry in the current second',
      () => ['name', 'value', new Date(Math.floor(now() / 1_000) * 1_000 + 999)],
    ],
    ['an expiry more than 100 years ahead', () => ['name', 'value', new Date('2199-01-01')]],
    ['an invalid date', () => ['name', 'value', new Date('never')]],
  ] as const)('%s', async (_, args) => {
    const [name, value, expiresAt] = args() as unknown as [string, string, Date | undefined];
    const secrets = createSecrets(stripeSecrets({ client: plainClient(emulator), now }));
    await expect(secrets.set(name, value, { expiresAt })).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(emulator.requests.count()).toBe(0);
  });
});

describe('an error names the argument and does not quote it', () => {
  it.each<[string, () => unknown]>([
    ['name', () => checkName('CANARY'.repeat(1_000))],
    ['value', () => checkPayload('CANARY'.repeat(1_000))],
    ['scope.account', () => checkAccount({ account: 'CANARY 1' })],
    ['scope.account', () => checkAccount({ account: 5 as never })],
    ['expiresAt', () => expiryInSeconds(new Date(999), 0)],
    ['expiresAt', () => expiryInSeconds(new Date('2199-01-01'), 0)],
  ])('%s', (argument, check) => {
    expect(check).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(check).toThrow(new RegExp(`^invalid_argument: ${argument} must `));
    expect(check).not.toThrow('CANARY');
  });
});

it('the limit counts code points', () => {
  expect(() => checkPayload('🔑'.repeat(5_000))).not.toThrow();
  expect(() => checkPayload('🔑'.repeat(5_001))).toThrow();
});
