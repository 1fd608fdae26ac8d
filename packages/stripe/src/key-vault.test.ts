import { expect, it } from 'vitest';
import { fixedKey } from './key-source.js';
import { keyVault } from './key-vault.js';

const keys = fixedKey('sk_test_1');

it('the placeholder resolves to the source of keys', () => {
  const vault = keyVault('createStripeClient', keys);
  expect(vault.resolveHeader(`Bearer ${vault.placeholder}`)).toEqual({
    keys,
    signal: undefined,
  });
});

it.each([undefined, 'Bearer sk_test_another', 'Basic abc'])(
  'a header without a placeholder resolves to nothing: %s',
  (authorization) => {
    expect(keyVault('createStripeClient', keys).resolveHeader(authorization)).toEqual({});
  },
);

it('each call has a placeholder of its own, which resolves to its signal until it is detached', () => {
  const vault = keyVault('createStripeClient', keys);
  const [first, second] = [new AbortController().signal, new AbortController().signal];
  const one = vault.attachSignal(first);
  const two = vault.attachSignal(second);
  expect(vault.resolveHeader(`Bearer ${one.apiKey}`).signal).toBe(first);
  expect(vault.resolveHeader(`Bearer ${two.apiKey}`)).toEqual({
    keys,
    signal: second,
  });
  one.detach();
  expect(() => vault.resolveHeader(`Bearer ${one.apiKey}`)).toThrow(
    expect.objectContaining({ code: 'unavailable' }),
  );
  expect(vault.resolveHeader(`Bearer ${two.apiKey}`).signal).toBe(second);
});
