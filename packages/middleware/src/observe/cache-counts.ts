import type { Layer } from '@secretkit/core';

/** What the caches of a stack made of a read. Absent where there is none. */
export type CacheResult = 'hit' | 'miss' | 'stale' | 'refresh' | 'coalesced';

/** How often something has happened in caches, as their snapshots count it; and how many values they hold. */
export type CacheCounts = Readonly<Record<(typeof counted)[number], number>>;

/** What a cache's snapshot counts. */
export const counted = [
  'hits',
  'misses',
  'stale',
  'refreshes',
  'coalesced',
  'failures',
  'evictions',
  'size',
] as const;

/** The caches among the layers and their branches. */
export function cachesAmong(layers: readonly Layer[]): readonly Layer[] {
  return layers.flatMap((layer) => [
    ...(layer.name === 'cache' ? [layer] : []),
    ...(layer.branches ?? []).flatMap(cachesAmong),
  ]);
}

/** What caches have counted together. */
export function countsOf(caches: readonly Layer[]): CacheCounts {
  const sums = {
    hits: 0,
    misses: 0,
    stale: 0,
    refreshes: 0,
    coalesced: 0,
    failures: 0,
    evictions: 0,
    size: 0,
  };
  for (const cache of caches) {
    const snapshot = cache.snapshot?.() ?? {};
    for (const count of counted) sums[count] += Number(snapshot[count] ?? 0);
  }
  return sums;
}

/** What a read came to, if it was the only one between two readings. Asking the backend weighs more than an answer from memory. */
export function resultBetween(before: CacheCounts, after: CacheCounts): CacheResult | undefined {
  if (after.misses > before.misses) return 'miss';
  if (after.refreshes > before.refreshes) return 'refresh';
  if (after.coalesced > before.coalesced) return 'coalesced';
  if (after.stale > before.stale) return 'stale';
  return after.hits > before.hits ? 'hit' : undefined;
}
