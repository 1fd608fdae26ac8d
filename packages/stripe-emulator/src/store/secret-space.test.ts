import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SecretSpace, spaceKey } from './secret-space.js';

const space: fc.Arbitrary<SecretSpace> = fc.record({
  account: fc.string({ unit: 'binary', maxLength: 6 }),
  mode: fc.constantFrom('test', 'live', 'sandbox'),
  scope: fc.oneof(
    fc.constant({ type: 'account' as const }),
    fc.record({ type: fc.constant('user' as const), user: fc.string({ unit: 'binary', maxLength: 6 }) }),
  ),
});

test('two spaces have the same key only if they are equal', () => {
  fc.assert(
    fc.property(space, space, (a, b) => {
      expect(spaceKey(a) === spaceKey(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
    { seed: 7, numRuns: 500 },
  );
});

test.each([
  ['a user named account', { type: 'user', user: 'account' }, { type: 'account' }],
  ['a user named null', { type: 'user', user: 'null' }, { type: 'account' }],
  ['a user with quotes', { type: 'user', user: 'a","b' }, { type: 'user', user: 'a' }],
] as const)('%s has its own space', (_name, one, other) => {
  const at = (scope: SecretSpace['scope']): string => spaceKey({ account: 'acct_1', mode: 'test', scope });
  expect(at(one)).not.toBe(at(other));
});
