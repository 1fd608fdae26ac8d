import type { SecretRef } from '@secretkit/core/provider';
import { expect, it } from 'vitest';
import { identities } from './identity.js';

it.each<[string, SecretRef, number]>([
  ['once for a frozen ref', Object.freeze({ name: 'a' }), 1],
  [
    'once for a frozen ref with a frozen scope',
    Object.freeze({ name: 'a', scope: Object.freeze({ user: 'u' }) }),
    1,
  ],
  [
    'each time for a frozen ref whose scope is not frozen',
    Object.freeze({ name: 'a', scope: { user: 'u' } }),
    2,
  ],
  ['each time for a ref that is not frozen', { name: 'a' }, 2],
  ['once for a frozen ref with a version', Object.freeze({ name: 'a', version: 'v1' }), 1],
])('an identity is computed %s', (_, ref, times) => {
  let calls = 0;
  const identify = identities({
    name: 'store',
    get: async () => undefined,
    canonical(each) {
      calls += 1;
      return each;
    },
  });
  expect(identify(ref)).toEqual(identify(ref));
  expect(calls).toBe(times);
});

it.each<SecretRef>([
  { name: 'a' },
  { name: 'a', version: 'v1' },
  { name: 'a', scope: { user: 'u' } },
  { name: 'a', scope: { account: 'acct_1' }, version: 'v1' },
])('the ref of an identity has the fields of %j, and no others', (ref) => {
  const identify = identities({ name: 'store', get: async () => undefined });
  expect(identify(ref).ref).toStrictEqual(ref);
});
