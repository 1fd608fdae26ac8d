/** What decides how long a value is fresh. */
export interface Freshness {
  readonly ttlMs: number;
  /** The part of `ttlMs` that chance may take off, from 0 to 1. */
  readonly jitter: number;
  readonly refreshAheadMs: number;
}

/**
 * How long a value with this much life is fresh. Halving what is left makes the refreshes near an expiry fewer and fewer,
 * where a fixed margin would make each read one.
 */
export function freshForMs(
  lifeMs: number,
  chance: number,
  { ttlMs, jitter, refreshAheadMs }: Freshness,
): number {
  return Math.min(ttlMs * (1 - jitter * chance), Math.max(lifeMs - refreshAheadMs, lifeMs / 2));
}
