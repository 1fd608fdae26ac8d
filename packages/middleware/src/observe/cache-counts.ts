import type { Layer } from '@secretkit/core/middleware';

/** What the caches of a stack made of a read. Absent where there is none. */
export type CacheResult = 'hit' | 'miss' | 'stale' | 'refresh' | 'coalesced';

/** How often something has happened in caches, as their snapshots count it; and how many values they hold. */
export interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
  readonly stale: number;
  readonly refreshes: number;
  readonly coalesced: number;
  readonly failures: number;
  readonly evictions: number;
  readonly size: number;
}

/** The caches among the layers and their branches. */
export function cachesAmong(layers: readonly Layer[]): readonly Layer[] {
  return layers.flatMap((layer) => [
    ...(layer.kind === Symbol.for('secretkit.kind.cache') ? [layer] : []),
    ...(layer.branches ?? []).flatMap((branch) => cachesAmong(branch.layers)),
  ]);
}

/** What caches have counted together. */
export function countsOf(caches: readonly Layer[]): CacheCounts {
  return caches.map((cache) => cache.snapshot?.() ?? {}).reduce<CacheCounts>(plus, nothing);
}

/** Counts together with those of a snapshot, or with others. */
export function plus(
  counts: CacheCounts,
  others: Readonly<{ [Count in keyof CacheCounts]?: unknown }>,
): CacheCounts {
  const sum = (count: keyof CacheCounts): number => counts[count] + Number(others[count] ?? 0);
  return {
    hits: sum('hits'),
    misses: sum('misses'),
    stale: sum('stale'),
    refreshes: sum('refreshes'),
    coalesced: sum('coalesced'),
    failures: sum('failures'),
    evictions: sum('evictions'),
    size: sum('size'),
  };
}

/** No cache, or one in which nothing has happened. */
export const nothing: CacheCounts = Object.freeze({
  hits: 0,
  misses: 0,
  stale: 0,
  refreshes: 0,
  coalesced: 0,
  failures: 0,
  evictions: 0,
  size: 0,
});

/** What a read came to, if it was the only one between two readings. Asking the backend weighs more than an answer from memory. */
export function resultBetween(before: CacheCounts, after: CacheCounts): CacheResult | undefined {
  if (after.misses > before.misses) return 'miss';
  if (after.refreshes > before.refreshes) return 'refresh';
  if (after.coalesced > before.coalesced) return 'coalesced';
  if (after.stale > before.stale) return 'stale';
  return after.hits > before.hits ? 'hit' : undefined;
}
