import { expect, it } from 'vitest';
import { addCounts, cachesAmong, noCounts, resultBetween } from './cache-counts.js';

it.each([
  [{ misses: 1, stale: 1, hits: 1 }, 'miss'],
  [{ refreshes: 1, coalesced: 1, stale: 1 }, 'refresh'],
  [{ coalesced: 1, stale: 1 }, 'coalesced'],
  [{ stale: 1, hits: 1 }, 'stale'],
  [{ hits: 1 }, 'hit'],
  [{}, undefined],
] as const)('the result of a read that adds %j is %s', (added, result) => {
  const before = addCounts(noCounts, { hits: 5, misses: 5, stale: 5, refreshes: 5, coalesced: 5 });
  expect(resultBetween(before, addCounts(before, added))).toBe(result);
});

it('the caches among layers are those of the kind, whatever their name, in branches too', () => {
  const kind = Symbol.for('secretkit.kind.cache');
  const layer = (name: string) => ({ name, options: {} });
  const [outer, inner] = [
    { ...layer('cache'), kind },
    { ...layer('own'), kind },
  ];
  const branches = [{ name: 'own(store)', layers: [inner, layer('cache')] }];
  expect(cachesAmong([outer, layer('cache'), { ...layer('fallback'), branches }])).toEqual([outer, inner]);
});
