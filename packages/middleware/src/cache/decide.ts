import { type CallContext, errorRules, type SecretErrorCode } from '@secretkit/core/provider';
import type { Now } from './clock.js';

/** `serve`: a value in memory. `refuse`: a remembered absence, or the failure. `wait`: for a backend call. */
export type Decision = 'serve' | 'serve and refresh' | 'wait' | 'refuse';

/** The times of a value in memory. A reading is one of the wall clock; the others are in monotonic time. */
export interface EntryTimes {
  /** The soft deadline, as a reading. Never later than `expiresAt`. */
  readonly freshUntil: number;
  readonly softAt: number;
  /** When the backend gave it. */
  readonly fetchedAt: number;
  /** The hard deadline, as a reading; infinity without one. */
  readonly expiresAt: number;
  /** Until when the cache that gave it would have served it; infinity unless it was stale when it was received. */
  readonly staleUntil: number;
  /** Until when a failed refresh is not repeated. */
  readonly cooldownUntil: number;
}

/** The times of a negative entry. */
export interface NegativeTimes {
  readonly until: number;
}

/** The part of a read that the law looks at. */
export interface ReadTerms extends Pick<CallContext, 'fresh' | 'maxAgeMs'> {
  /** Present once the backend call that the read waited for has failed. */
  readonly failure?: SecretErrorCode;
}

/** How long past its soft deadline a value may be served, in milliseconds. */
export interface StaleBounds {
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
}

/**
 * The law of the cache: what a read gets. The first row that applies decides.
 *
 * | the read                      | the value in memory                                          | decision          |
 * | ----------------------------- | ------------------------------------------------------------ | ----------------- |
 * | is plain                      | before its soft deadline                                     | serve             |
 * | failed; was `fresh`           | any, or none                                                 | refuse            |
 * | failed; no stale for its code | any, or none                                                 | refuse            |
 * | failed                        | before its soft deadline, or within `staleIfErrorMs`         | serve             |
 * | failed                        | other, or none                                               | refuse            |
 * | is `fresh`                    | any, or none                                                 | wait              |
 * | has a `maxAgeMs`              | before its soft deadline, and not older                      | serve             |
 * | is of a remembered failure    | any other, or none                                           | refuse            |
 * | is any other                  | in a cooldown; before its soft deadline, or within one bound | serve             |
 * | is any other                  | in a cooldown; other                                         | wait              |
 * | is any other                  | within `staleWhileRevalidateMs`, and not older than `maxAgeMs` | serve and refresh |
 * | is any other                  | other, or none                                               | wait              |
 *
 * The soft deadline is the earliest of the ttl, the rule for the expiry, and `refreshAt` (see `softDeadline`). A plain read is
 * neither `fresh` nor has a `maxAgeMs`, and has not failed. A value at or past its expiry is within no bound, nor is a stale one
 * at or past the bound of the cache that gave it stale.
 */
export function decide(
  entry: EntryTimes | undefined,
  negative: NegativeTimes | undefined,
  now: Now,
  terms: ReadTerms,
  bounds: StaleBounds,
): Decision {
  const { staleWhileRevalidateMs, staleIfErrorMs } = bounds;
  const { failure, maxAgeMs = Number.POSITIVE_INFINITY } = terms;
  if (entry && failure === undefined && isHit(entry, now.wallMs, terms)) return 'serve';
  const staleMs = entry ? staleForMs(entry, now) : Number.POSITIVE_INFINITY;
  if (failure !== undefined) {
    const allowed = !terms.fresh && errorRules[failure].staleAllowed;
    return allowed && staleMs < staleIfErrorMs ? 'serve' : 'refuse';
  }
  if (terms.fresh) return 'wait';
  const isYoung = entry !== undefined && now.monotonicMs - entry.fetchedAt <= maxAgeMs;
  if (isYoung && staleMs < 0) return 'serve';
  if (negative && now.monotonicMs < negative.until) return 'refuse';
  if (entry && now.monotonicMs < entry.cooldownUntil) {
    return staleMs < servableMsOf(bounds) ? 'serve' : 'wait';
  }
  return isYoung && staleMs < staleWhileRevalidateMs ? 'serve and refresh' : 'wait';
}

/** Returns how long past its soft deadline a value may be served at most, in milliseconds. */
export function servableMsOf({ staleWhileRevalidateMs, staleIfErrorMs }: StaleBounds): number {
  return Math.max(staleWhileRevalidateMs, staleIfErrorMs);
}

/** Whether a plain read is served at once: all that a hit needs, by the wall clock alone. */
export function isHit(entry: EntryTimes, wallMs: number, { fresh, maxAgeMs }: ReadTerms): boolean {
  return !fresh && maxAgeMs === undefined && isFresh(entry, wallMs);
}

/** Whether the value is before its soft deadline, which also means before its expiry. */
export function isFresh({ freshUntil }: EntryTimes, wallMs: number): boolean {
  return wallMs < freshUntil;
}

/** Returns how far a value is past its soft deadline: less than 0 before it, infinity if it must not be served. */
export function staleForMs(entry: EntryTimes, { wallMs, monotonicMs }: Now): number {
  if (isFresh(entry, wallMs)) return Number.NEGATIVE_INFINITY;
  const isServable = wallMs < entry.expiresAt && monotonicMs < entry.staleUntil;
  return isServable ? Math.max(0, monotonicMs - entry.softAt) : Number.POSITIVE_INFINITY;
}
