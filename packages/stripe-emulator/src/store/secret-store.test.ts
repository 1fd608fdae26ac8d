import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeClock } from '../../test/use-emulator.js';
import { defaultAssumptions } from '../options/assumptions.js';
import type { SecretSpace } from './secret-space.js';
import { createSecretStore } from './secret-store.js';

const space: SecretSpace = { account: 'acct_1', mode: 'test', scope: { type: 'account' } };

test('behaves like a map of at most ten names', () => {
  const name = fc.constantFrom(...'abcdefghijkl', '__proto__', 'constructor');
  const step = fc.record({ kind: fc.constantFrom('put', 'remove', 'find'), name, payload: fc.string() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = createSecretStore(fakeClock().now, defaultAssumptions);
      const model = new Map<string, string>();
      for (const { kind, name: key, payload } of steps) {
        if (kind === 'put') {
          const fits = model.has(key) || model.size < 10;
          expect(store.put(space, { name: key, payload }) !== undefined).toBe(fits);
          if (fits) model.set(key, payload);
        } else if (kind === 'remove') {
          expect(store.remove(space, key)?.payload).toBe(model.get(key));
          model.delete(key);
        } else {
          expect(store.find(space, key)?.payload).toBe(model.get(key));
        }
      }
      expect(new Set(store.list(space).map((one) => one.name))).toEqual(new Set(model.keys()));
    }),
    { seed: 7 },
  );
});

test('separates secrets by account, mode and scope, also after reads of missing secrets', () => {
  const store = createSecretStore(fakeClock().now, defaultAssumptions);
  const others: readonly SecretSpace[] = [
    { ...space, account: 'acct_2' },
    { ...space, mode: 'live' },
    { ...space, scope: { type: 'user', user: 'usr_1' } },
  ];
  for (const other of others) expect(store.find(other, 'a')).toBeUndefined();
  store.put(space, { name: 'a', payload: 'p' });
  for (const other of others) expect(store.find(other, 'a')).toBeUndefined();
  store.remove(space, 'a');
  expect(store.all()).toEqual([]);
  store.put(space, { name: 'a', payload: 'q' });
  expect(store.find(space, 'a')?.payload).toBe('q');
});

test('an expired secret does not count for the limit', () => {
  const clock = fakeClock();
  const store = createSecretStore(clock.now, defaultAssumptions);
  const expiresAt = clock.now() / 1000 + 1;
  for (let n = 0; n < 10; n += 1) store.put(space, { name: `s${n}`, payload: 'p', expiresAt });
  expect(store.put(space, { name: 'more', payload: 'p' })).toBeUndefined();
  clock.advance(1000);
  expect(store.put(space, { name: 'more', payload: 'p' })?.name).toBe('more');
  expect(store.all()).toHaveLength(1);
});
