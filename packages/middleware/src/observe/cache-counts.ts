import type { Layer } from '@secretkit/core/middleware';
import { layerKind } from '../shared/layer-kind.js';

/** The result of a read in the caches of a stack. Absent where there is no cache. */
export type CacheResult = 'hit' | 'miss' | 'stale' | 'refresh' | 'coalesced';

/** The event counts of caches, as their snapshots have them, and the number of their values. */
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

/** Returns the caches among the layers and their branches. */
export function cachesAmong(layers: readonly Layer[]): readonly Layer[] {
  return layers.flatMap((layer) => [
    ...(layer.kind === layerKind('cache') ? [layer] : []),
    ...(layer.branches ?? []).flatMap((branch) => cachesAmong(branch.layers)),
  ]);
}

/** Returns the counts of several caches together. */
export function countsOf(caches: readonly Layer[]): CacheCounts {
  return caches.map((cache) => cache.snapshot?.() ?? {}).reduce<CacheCounts>(addCounts, noCounts);
}

/** Returns the sum of counts and a snapshot, or other counts. */
export function addCounts(
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

/** The counts of no cache, or of an unused one. */
export const noCounts: CacheCounts = Object.freeze({
  hits: 0,
  misses: 0,
  stale: 0,
  refreshes: 0,
  coalesced: 0,
  failures: 0,
  evictions: 0,
  size: 0,
});
