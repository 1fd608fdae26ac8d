import { expect, it } from 'vitest';
import { cachesAmong, nothing, plus, resultBetween } from './cache-counts.js';

it.each([
  [{ misses: 1, stale: 1, hits: 1 }, 'miss'],
  [{ refreshes: 1, coalesced: 1, stale: 1 }, 'refresh'],
  [{ coalesced: 1, stale: 1 }, 'coalesced'],
  [{ stale: 1, hits: 1 }, 'stale'],
  [{ hits: 1 }, 'hit'],
  [{}, undefined],
] as const)('a read that adds %j was %s', (added, result) => {
  const before = plus(nothing, { hits: 5, misses: 5, stale: 5, refreshes: 5, coalesced: 5 });
  expect(resultBetween(before, plus(before, added))).toBe(result);
});

it('the caches among layers are those of that name, in branches too', () => {
  const layer = (name: string) => ({ name, options: {} });
  const [outer, inner] = [layer('cache'), layer('cache')];
  const branches = [{ name: 'cache(store)', layers: [inner, layer('retry')] }];
  expect(cachesAmong([outer, layer('retry'), { ...layer('fallback'), branches }])).toEqual([outer, inner]);
});
