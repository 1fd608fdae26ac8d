import type { Secret } from '@secretkit/core/provider';
import type { CacheSettings } from './options.js';

/** The settings that decide how long a value is fresh. */
export type Freshness = Pick<CacheSettings, 'ttlMs' | 'jitter' | 'refreshAheadMs'>;

/** The largest delay of a refresh after `refreshAt`, so that a fleet does not refresh in the same second. */
const maxRefreshDelayMs = 5_000;

/**
 * Returns the soft deadline of a value: the earliest of its ttl, the rule for its expiry, and its `refreshAt`. A `refreshAt`
 * at or before the fetch counts as absent: the store is late, and each read would be a refresh. All are readings.
 */
export function softDeadline(
  { expiresAt, refreshAt }: Pick<Secret, 'expiresAt' | 'refreshAt'>,
  fetchedAt: number,
  random: number,
  { ttlMs, jitter, refreshAheadMs }: Freshness,
): number {
  const lifeMs = expiresAt ? expiresAt.getTime() - fetchedAt : Number.POSITIVE_INFINITY;
  // At least half of the life: so the number of refreshes near an expiry is logarithmic, while a fixed margin would make
  // every read there a refresh.
  const freshMs = Math.min(ttlMs * (1 - jitter * random), Math.max(lifeMs - refreshAheadMs, lifeMs / 2));
  const refreshMs = refreshAt ? refreshAt.getTime() - fetchedAt : 0;
  if (refreshMs <= 0) return fetchedAt + freshMs;
  const delayMs = Math.min(maxRefreshDelayMs, refreshMs * jitter) * random; // later, never earlier
  return fetchedAt + Math.min(freshMs, refreshMs + delayMs);
}
