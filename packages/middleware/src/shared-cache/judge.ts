import { fetchedAt, markStale, withFetchedAt } from '@secretkit/core/middleware';
import { hasExpired, type Secret } from '@secretkit/core/provider';
import type { SharedCacheSettings } from './options.js';
import type { SharedFacts } from './secret-state.js';

/** The content of a record that opened. */
export interface Opened {
  readonly secret: Secret | undefined;
  readonly fetchedAt: Date;
}

/** What a record is to a read: the answer; a value for the case that the read fails; or nothing. */
export type Judgement =
  | { readonly is: 'hit'; readonly answer: Secret | undefined; readonly fetchedAtMs: number }
  | { readonly is: 'stale'; readonly secret: Secret }
  | { readonly is: 'miss' };

export type Bounds = Pick<SharedCacheSettings, 'ttlMs' | 'staleIfErrorMs' | 'negativeTtlMs' | 'skewMs'>;

const miss: Judgement = { is: 'miss' };

/**
 * Judges a record by wall clocks, which is all that two machines have in common: a record from further ahead than the skew is
 * a miss, as is one that is older than an answer which this process has seen, or expired.
 */
export function judge(
  { secret, fetchedAt: date }: Opened,
  nowMs: number,
  {
    newestMs,
    maxAgeMs = Number.POSITIVE_INFINITY,
  }: { readonly newestMs: number; readonly maxAgeMs?: number | undefined },
  { ttlMs, staleIfErrorMs, negativeTtlMs, skewMs }: Bounds,
): Judgement {
  const sealedMs = date.getTime();
  if (!(sealedMs <= nowMs + skewMs) || sealedMs < newestMs) return miss;
  const fetchedAtMs = Math.min(sealedMs, nowMs);
  const ageMs = nowMs - fetchedAtMs;
  const isYoung = ageMs <= maxAgeMs;
  if (!secret) {
    return isYoung && ageMs < negativeTtlMs ? { is: 'hit', answer: undefined, fetchedAtMs: sealedMs } : miss;
  }
  if (hasExpired(secret, nowMs)) return miss;
  const softMs = softDeadline(secret, fetchedAtMs, ttlMs);
  const own = withFetchedAt(secret, fetchedAtMs);
  if (isYoung && nowMs < softMs) return { is: 'hit', answer: own, fetchedAtMs: sealedMs };
  const staleUntilMs = softMs + staleIfErrorMs;
  if (nowMs >= staleUntilMs) return miss;
  return { is: 'stale', secret: nowMs < softMs ? own : markStale(own, new Date(softMs), staleUntilMs) };
}

/** Returns the dates of an answer, for an explanation. */
export function factsOf(secret: Secret | undefined, fetchedAtMs: number, bounds: Bounds): SharedFacts {
  const softAtMs = secret
    ? softDeadline(secret, fetchedAtMs, bounds.ttlMs)
    : fetchedAtMs + bounds.negativeTtlMs;
  const expiresAtMs = secret?.expiresAt?.getTime();
  return {
    isMissing: secret === undefined,
    fetchedAtMs,
    softAtMs: Math.min(softAtMs, expiresAtMs ?? Number.POSITIVE_INFINITY),
    servableUntilMs: secret
      ? Math.min(softAtMs + bounds.staleIfErrorMs, expiresAtMs ?? Number.POSITIVE_INFINITY)
      : softAtMs,
    expiresAtMs,
    version: secret?.version,
  };
}

/** Returns how long a record may stay in the store, in milliseconds: no reader serves it later. */
export function storedMs(
  secret: Secret,
  startedAtMs: number,
  nowMs: number,
  { ttlMs, staleIfErrorMs }: Bounds,
): number {
  const endsAtMs = secret.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return Math.floor(Math.min((fetchedAt(secret) ?? startedAtMs) + ttlMs + staleIfErrorMs, endsAtMs) - nowMs);
}

/** A date of change at or before the fetch counts as absent: the store is late with it. */
function softDeadline({ refreshAt }: Secret, fetchedAtMs: number, ttlMs: number): number {
  const refreshMs = refreshAt ? refreshAt.getTime() : 0;
  return Math.min(fetchedAtMs + ttlMs, refreshMs > fetchedAtMs ? refreshMs : Number.POSITIVE_INFINITY);
}
