import type { SecretRef } from '@secretkit/core/provider';
import { expect, it } from 'vitest';
import { identities } from './identity.js';

it.each<[string, SecretRef, number]>([
  ['once for a ref that cannot change', Object.freeze({ name: 'a' }), 1],
  ['once if its scope cannot either', Object.freeze({ name: 'a', scope: Object.freeze({ user: 'u' }) }), 1],
  ['each time if its scope can', Object.freeze({ name: 'a', scope: { user: 'u' } }), 2],
  ['each time for one that can', { name: 'a' }, 2],
])('an identity is worked out %s', (_, ref, times) => {
  let asked = 0;
  const identify = identities({
    name: 'store',
    get: async () => undefined,
    canonical(each) {
      asked += 1;
      return each;
    },
  });
  expect(identify(ref)).toEqual(identify(ref));
  expect(asked).toBe(times);
});
