import type { CacheSettings } from './options.js';

/** The part of a backend call that decides how long its answers are fresh. */
export interface CallTiming {
  /** When the call started, in monotonic time: its answers may be as old as this. */
  readonly startedAt: number;
  /** A number in [0, 1], drawn once per call, so that the values of a batch are refreshed as a batch. */
  readonly random: number;
}

/**
 * Returns how long a value with this remaining life is fresh, in milliseconds. At least half of the life: so the number of
 * refreshes near an expiry is logarithmic, while a fixed margin would make every read there a refresh.
 */
export function freshForMs(
  lifeMs: number,
  random: number,
  { ttlMs, jitter, refreshAheadMs }: Pick<CacheSettings, 'ttlMs' | 'jitter' | 'refreshAheadMs'>,
): number {
  return Math.min(ttlMs * (1 - jitter * random), Math.max(lifeMs - refreshAheadMs, lifeMs / 2));
}
