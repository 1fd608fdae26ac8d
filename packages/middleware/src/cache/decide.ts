import { errorRules, type SecretErrorCode } from '@secretkit/core/provider';
import type { Now } from './clock.js';

/** `serve`: a value in memory. `refuse`: a remembered absence, or the failure. `wait`: for a backend call. */
export type Decision = 'serve' | 'serve and refresh' | 'wait' | 'refuse';

/** The times of a value in memory. A reading is one of the wall clock; the others are in monotonic time. */
export interface EntryTimes {
  /** The soft deadline, as a reading. Never later than `expiresAt`. */
  readonly freshUntil: number;
  readonly softAt: number;
  /** The hard deadline, as a reading; infinity without one. */
  readonly expiresAt: number;
  /** Until when a failed refresh is not repeated. */
  readonly cooldownUntil: number;
}

/** The times of a negative entry. */
export interface NegativeTimes {
  readonly until: number;
}

/** The part of a read that the law looks at. */
export interface ReadTerms {
  readonly fresh?: boolean;
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
 * | the read                       | the value in memory                                   | decision          |
 * | ------------------------------ | ----------------------------------------------------- | ----------------- |
 * | is plain                       | before its soft deadline                              | serve             |
 * | failed; was `fresh`            | any, or none                                          | refuse            |
 * | failed; no stale for its code  | any, or none                                          | refuse            |
 * | failed                         | before its soft deadline, or within `staleIfErrorMs`  | serve             |
 * | failed                         | other, or none                                        | refuse            |
 * | is `fresh`                     | any, or none                                          | wait              |
 * | is plain, and remembered       | any other, or none                                    | refuse            |
 * | is plain                       | in a cooldown, and within one of the stale bounds     | serve             |
 * | is plain                       | in a cooldown                                         | wait              |
 * | is plain                       | within `staleWhileRevalidateMs`                       | serve and refresh |
 * | is plain                       | other, or none                                        | wait              |
 *
 * A value at or past its expiry is within no bound. Remembered: there is a negative entry that has not ended.
 */
export function decide(
  entry: EntryTimes | undefined,
  negative: NegativeTimes | undefined,
  now: Now,
  { fresh, failure }: ReadTerms,
  { staleWhileRevalidateMs, staleIfErrorMs }: StaleBounds,
): Decision {
  if (entry && !fresh && failure === undefined && isFresh(entry, now.wallMs)) return 'serve';
  const staleMs = entry ? staleForMs(entry, now) : Number.POSITIVE_INFINITY;
  if (failure !== undefined) {
    const allowed = !fresh && errorRules[failure].staleAllowed;
    return allowed && staleMs < staleIfErrorMs ? 'serve' : 'refuse';
  }
  if (fresh) return 'wait';
  if (negative && now.monotonicMs < negative.until) return 'refuse';
  if (entry && now.monotonicMs < entry.cooldownUntil) {
    return staleMs < Math.max(staleWhileRevalidateMs, staleIfErrorMs) ? 'serve' : 'wait';
  }
  return staleMs < staleWhileRevalidateMs ? 'serve and refresh' : 'wait';
}

/** Whether the value is before its soft deadline, which also means before its expiry. */
export function isFresh({ freshUntil }: EntryTimes, wallMs: number): boolean {
  return wallMs < freshUntil;
}

/** Returns how far a value is past its soft deadline: less than 0 before it, infinity at or past its expiry. */
export function staleForMs(entry: EntryTimes, { wallMs, monotonicMs }: Now): number {
  if (isFresh(entry, wallMs)) return Number.NEGATIVE_INFINITY;
  return wallMs < entry.expiresAt ? Math.max(0, monotonicMs - entry.softAt) : Number.POSITIVE_INFINITY;
}
