import { boundedRandom } from '@secretkit/core/middleware';
import { checkNumber, checkOptions, maxDelayMs } from '@secretkit/core/provider';
import type { CacheEvent } from './events.js';

export interface CacheOptions {
  /**
   * The longest a value is fresh, in milliseconds, from 1 to 2³¹ − 1: served without asking the backend again.
   * @defaultValue 300000 (five minutes)
   */
  readonly ttlMs?: number;
  /**
   * The part of `ttlMs` that chance takes off, from 0 to 1: so that processes that were started together do not ask
   * together for ever. It is drawn once for each call: what came in a batch is refreshed in a batch.
   * @defaultValue 0.2
   */
  readonly jitter?: number;
  /**
   * How long before its expiry a value is refreshed, in milliseconds; at half its life at the earliest.
   * @defaultValue 30000
   */
  readonly refreshAheadMs?: number;
  /**
   * For how long past its freshness a value is served at once while it is refreshed in the background, in milliseconds.
   * Needs a `ttlMs`.
   * @defaultValue 0 (whoever asks waits for the new value)
   */
  readonly staleWhileRevalidateMs?: number;
  /**
   * For how long past its freshness a value is served when the backend cannot answer, in milliseconds; never after a
   * denial, and never at or past its expiry. Needs a `ttlMs` if it is given.
   * @defaultValue 3600000 (an hour)
   */
  readonly staleIfErrorMs?: number;
  /**
   * For how long it is remembered that a secret is missing, in milliseconds. A write and `invalidate` forget it.
   * @defaultValue 1000
   */
  readonly negativeTtlMs?: number;
  /**
   * For how long a denial, or a failure that has no code, is repeated without asking again, in milliseconds.
   * @defaultValue 1000
   */
  readonly denialTtlMs?: number;
  /**
   * For how long a failed refresh is not tried again while a value can be served beside it, in milliseconds. Doubles with
   * each failure in a row, up to ten times as long; a backend that says how long to wait is obeyed instead.
   * @defaultValue 30000
   */
  readonly failureCooldownMs?: number;
  /**
   * The most values in memory; the one unused for longest makes room. From 1 to 1,000,000; room is reserved beforehand.
   * @defaultValue 1000
   */
  readonly maxEntries?: number;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
  /** Numbers from 0 on and below 1. @defaultValue Math.random */
  readonly random?: () => number;
  /** Told what happens, by names and codes. What it throws is ignored. */
  readonly onEvent?: (event: CacheEvent) => void;
}

/** The options with their defaults. */
export type CacheSettings = Omit<Required<CacheOptions>, 'onEvent'> & Pick<CacheOptions, 'onEvent'>;

/** @throws `RangeError` or `TypeError`, which names the option and what it may be. */
export function checkedOptions(options: CacheOptions): CacheSettings {
  checkOptions('cache', options, Object.keys(ranges).concat('now', 'random', 'onEvent'));
  const { now = () => Date.now(), random = () => Math.random(), onEvent, ...given } = options;
  const settings = { ...defaults, ...withoutAbsent(given) };
  for (const option of Object.keys(ranges) as (keyof typeof ranges)[]) {
    // keys() forgets the names
    checkNumber('cache', option, settings[option], ranges[option]);
  }
  for (const bound of ['staleWhileRevalidateMs', 'staleIfErrorMs'] as const) {
    if (given[bound] !== undefined && given.ttlMs === undefined) {
      throw new RangeError(`cache: ${bound} counts from the end of ttlMs. Give ttlMs, too.`);
    }
  }
  return { ...settings, now, random: boundedRandom(random), ...(onEvent && { onEvent }) };
}

const defaults = {
  ttlMs: 300_000,
  jitter: 0.2,
  refreshAheadMs: 30_000,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 3_600_000,
  negativeTtlMs: 1_000,
  denialTtlMs: 1_000,
  failureCooldownMs: 30_000,
  maxEntries: 1_000,
};

const duration = { min: 0, max: maxDelayMs };
const ranges = {
  ttlMs: { min: 1, max: maxDelayMs },
  jitter: { min: 0, max: 1 },
  refreshAheadMs: duration,
  staleWhileRevalidateMs: duration,
  staleIfErrorMs: duration,
  negativeTtlMs: duration,
  denialTtlMs: duration,
  failureCooldownMs: duration,
  maxEntries: { min: 1, max: 1_000_000, whole: true },
};

function withoutAbsent<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>; // of T
}
