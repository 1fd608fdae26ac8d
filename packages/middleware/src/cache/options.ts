import { boundedRandom, isolatesRequests } from '@secretkit/core/middleware';
import { checkNumber, checkOptions, maxDelayMs } from '@secretkit/core/provider';
import { type StaleBounds, servableMsOf } from './decide.js';
import type { CacheEvent } from './events.js';

export interface CacheOptions {
  /**
   * How long a value is fresh at most, in milliseconds, between 1 and 2³¹ − 1. A fresh value is served without a backend call.
   * @defaultValue 300000 (five minutes)
   */
  readonly ttlMs?: number;
  /**
   * The part of `ttlMs`, between 0 and 1, of which a random share is subtracted, so that processes that start together do not
   * refresh together. Drawn once per call: the values of a batch are refreshed as a batch.
   * @defaultValue 0.2
   */
  readonly jitter?: number;
  /**
   * How long before its expiry a value is refreshed, in milliseconds; never before half of its life.
   * @defaultValue 30000
   */
  readonly refreshAheadMs?: number;
  /**
   * How long past its freshness a value is served at once while a refresh runs in the background (stale-while-revalidate), in
   * milliseconds. Requires `ttlMs`.
   * @defaultValue 0 (readers wait for the new value)
   */
  readonly staleWhileRevalidateMs?: number;
  /**
   * How long past its freshness a value is served when a refresh fails (stale-if-error), in milliseconds; never after a
   * denial, and never at or past its expiry. Requires `ttlMs`.
   * @defaultValue 3600000 (an hour)
   */
  readonly staleIfErrorMs?: number;
  /**
   * How long a missing secret is remembered as missing (negative caching), in milliseconds. Doubles while the name stays
   * missing, and starts anew for a name that was not read for twice its last wait. A `fresh` read, a write and `invalidate`
   * end the wait. 0 remembers nothing.
   * @defaultValue 1000
   */
  readonly negativeTtlMs?: number;
  /**
   * How long a name that stays missing is remembered as missing at most, in milliseconds: a secret that another process
   * creates is noticed after this time at the latest. A longer `negativeTtlMs` is used instead.
   * @defaultValue 60000
   */
  readonly negativeTtlMaxMs?: number;
  /**
   * How long a denial, or an `unknown` failure, is repeated without a backend call, in milliseconds.
   * @defaultValue 1000
   */
  readonly denialTtlMs?: number;
  /**
   * The cooldown after a failed refresh while a value can be served, in milliseconds. Doubles with each failure in a row; a
   * `retryAfterMs` of the backend is used instead. At most ten times this, in any case.
   * @defaultValue 30000
   */
  readonly failureCooldownMs?: number;
  /**
   * The maximum number of values in memory, between 1 and 1,000,000; the least recently used one is evicted. The space for
   * the keys is allocated at the start.
   * @defaultValue 10000
   */
  readonly maxEntries?: number;
  /**
   * Whether concurrent calls share in-flight requests (single-flight). With `false`, only the refs of one batch do, and no
   * pending promise crosses calls; values in memory are shared in any case.
   * @defaultValue `false` on Cloudflare Workers, where a request must not await a promise of another one, else `true`
   */
  readonly coalesce?: boolean;
  /**
   * Keeps a refresh in the background alive until it has settled: the `waitUntil` of your runtime. The promise does not reject,
   * and holds no value. Without it and with `coalesce: false`, the reader of a stale value waits for the refresh.
   * @defaultValue none
   */
  readonly waitUntil?: (promise: Promise<void>) => void;
  /**
   * Returns the time, in epoch milliseconds, for expiries and for waits: a step of it is time passed.
   * @defaultValue `Date.now` for expiries, and `performance.now` for waits, which steps of the wall clock do not change
   */
  readonly now?: () => number;
  /** Returns a number in [0, 1). @defaultValue Math.random */
  readonly random?: () => number;
  /** Called for each event, with names and codes. Its exceptions and rejections are ignored. */
  readonly onEvent?: (event: CacheEvent) => void;
}

/** The options with their defaults filled in. */
export type CacheSettings = Omit<Required<CacheOptions>, Hook> & Pick<CacheOptions, Hook>;

type Hook = 'now' | 'onEvent' | 'waitUntil';

/** @throws `RangeError` or `TypeError` that names the option and the expected value. */
export function checkedOptions(options: CacheOptions): CacheSettings {
  const own = checkOptions(
    'cache',
    options,
    Object.keys(ranges).concat('now', 'random', 'onEvent', 'coalesce', 'waitUntil'),
  );
  const { now, random = () => Math.random(), onEvent, waitUntil, ...given } = own;
  const settings = { ...defaults, coalesce: !isolatesRequests(), ...withoutAbsent(given) };
  for (const option of Object.keys(ranges) as (keyof typeof ranges)[]) {
    // Object.keys() returns string[]
    checkNumber('cache', option, settings[option], ranges[option]);
  }
  for (const bound of ['staleWhileRevalidateMs', 'staleIfErrorMs'] as const) {
    if (own[bound] !== undefined && own.ttlMs === undefined) {
      throw new RangeError(
        `cache: ${bound} must be given with ttlMs, got no ttlMs. It counts from the end of ttlMs.`,
      );
    }
  }
  return {
    ...settings,
    random: boundedRandom(random),
    ...(now && { now }),
    ...(onEvent && { onEvent }),
    ...(waitUntil && { waitUntil }),
  };
}

/** Returns the stale bounds. A refresh in the background that nothing keeps alive may end with the request that started it. */
export function staleBoundsOf(settings: CacheSettings): StaleBounds {
  if (settings.coalesce || settings.waitUntil) return settings;
  return { staleWhileRevalidateMs: 0, staleIfErrorMs: servableMsOf(settings) };
}

/** Returns the options that `layersOf` shows: all but functions. */
export function shownOptions(settings: CacheSettings): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => typeof value !== 'function'));
}

const defaults = {
  ttlMs: 300_000,
  jitter: 0.2,
  refreshAheadMs: 30_000,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 3_600_000,
  negativeTtlMs: 1_000,
  negativeTtlMaxMs: 60_000,
  denialTtlMs: 1_000,
  failureCooldownMs: 30_000,
  maxEntries: 10_000,
};

const duration = { min: 0, max: maxDelayMs };
const ranges = {
  ttlMs: { min: 1, max: maxDelayMs },
  jitter: { min: 0, max: 1 },
  refreshAheadMs: duration,
  staleWhileRevalidateMs: duration,
  staleIfErrorMs: duration,
  negativeTtlMs: duration,
  negativeTtlMaxMs: duration,
  denialTtlMs: duration,
  failureCooldownMs: duration,
  maxEntries: { min: 1, max: 1_000_000, whole: true },
};

function withoutAbsent<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>; // the keys are those of T
}
