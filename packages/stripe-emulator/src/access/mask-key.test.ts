import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskKey } from './mask-key.js';

test.each([
  { key: 'sk_test_abcdefghijkl1234', masked: 'sk_test_************1234' },
  { key: 'rk_live_abcdefghijkl1234', masked: 'rk_live_************1234' },
  { key: 'sk_test_short', masked: 'sk_test_*****' },
  { key: 'sk_test_', masked: 'sk_test_' },
  { key: 'plain', masked: '*****' },
])('$masked', ({ key, masked }) => {
  expect(maskKey(key)).toBe(masked);
});

test('shows at most four characters after the prefix of any key', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (rest) => {
      expect(maskKey(`sk_test_${rest}`)).toMatch(/^sk_test_\**[A-Za-z0-9_*]{0,4}$/);
    }),
    { seed: 7 },
  );
});
