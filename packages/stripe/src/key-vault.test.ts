import { expect, it } from 'vitest';
import { keyVault } from './key-vault.js';

it('the placeholder resolves to the key', () => {
  const vault = keyVault('sk_test_1');
  expect(vault.resolveHeader(`Bearer ${vault.placeholder}`)).toEqual({
    authorization: 'Bearer sk_test_1',
    signal: undefined,
  });
});

it.each([undefined, 'Bearer sk_test_another', 'Basic abc'])(
  'a header without a placeholder is returned unchanged: %s',
  (authorization) => {
    expect(keyVault('sk_test_1').resolveHeader(authorization)).toEqual({ authorization, signal: undefined });
  },
);

it('each call has a placeholder of its own, which resolves to its signal until it is detached', () => {
  const vault = keyVault('sk_test_1');
  const [first, second] = [new AbortController().signal, new AbortController().signal];
  const one = vault.attachSignal(first);
  const two = vault.attachSignal(second);
  expect(vault.resolveHeader(`Bearer ${one.apiKey}`).signal).toBe(first);
  expect(vault.resolveHeader(`Bearer ${two.apiKey}`)).toEqual({
    authorization: 'Bearer sk_test_1',
    signal: second,
  });
  one.detach();
  expect(() => vault.resolveHeader(`Bearer ${one.apiKey}`)).toThrow(
    expect.objectContaining({ code: 'unavailable' }),
  );
  expect(vault.resolveHeader(`Bearer ${two.apiKey}`).signal).toBe(second);
});
