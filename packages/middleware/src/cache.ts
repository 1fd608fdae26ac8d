import {
  type Answer,
  checkFunction,
  checkNumber,
  checkOptions,
  defineMiddleware,
  isSecretError,
  type Middleware,
  maxDelayMs,
  type Secret,
  SecretError,
  type SecretRef,
} from '@secretkit/core';
import { changes } from './cache/changes.js';
import { steadyClock } from './cache/clock.js';
import { entries, type Place } from './cache/entries.js';
import { type CacheEvent, events } from './cache/events.js';
import { flightBoard } from './cache/flight-board.js';
import { identities } from './cache/identity.js';
import { landing } from './cache/landing.js';
import { reads } from './cache/reads.js';
import { verdicts } from './cache/verdicts.js';

export type { CacheEvent, CacheEventType } from './cache/events.js';

export interface CacheOptions {
  /**
   * The longest a value is fresh, in milliseconds, from 1 to 2³¹ − 1: served without asking the backend again.
   * @defaultValue 300000 (five minutes)
   */
  readonly ttlMs?: number;
  /**
   * The part of `ttlMs` that chance takes off for each value, from 0 to 1: so that processes that were started together
   * do not ask together for ever.
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

/**
 * Keeps values in memory, each for its time-to-live and never beyond its expiry; asks once for any number of readers; and
 * goes on with what it has when the backend is down.
 *
 * A value past its freshness is served only within `staleWhileRevalidateMs` or, after a failure that allows it, within
 * `staleIfErrorMs`; it carries `staleSince`. A denial evicts at once. A write through the stack and `invalidate` make
 * every later read ask, also while an older answer is under way. No timer runs: a process with a full cache exits by
 * itself.
 *
 * It stands outside everything that costs: `compose(cache(), retry(), timeout())`. Its snapshot in `layersOf` counts
 * hits, misses, stale answers, refreshes, failures, coalesced reads and evictions, and says how many values it holds.
 *
 * @throws `RangeError` or `TypeError` for wrong options, when it is built.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { cache } from '@secretkit/middleware/cache';
 *
 * const secrets = createSecrets(cache({ ttlMs: 60_000 })(envSecrets()));
 * ```
 */
export function cache(options: CacheOptions = {}): Middleware {
  const { now, random, onEvent, ...settings } = checked(options);
  const { maxEntries } = settings;

  return defineMiddleware('cache', settings, (next) => {
    const identify = identities(next);
    const clock = steadyClock(now);
    const { emit, hit, counts } = events(onEvent);
    const changed = changes(maxEntries);
    const memory = entries(settings, maxEntries, clock, (entry, evicted) => {
      changed.leave(entry, entry.secret);
      if (evicted) emit('eviction', entry);
    });
    const known = verdicts(maxEntries, clock);
    const parts = {
      memory,
      known,
      changed,
      clock,
      events: { emit, hit, counts },
      bounds: settings,
      memories: settings,
    };
    const board = flightBoard(next, clock, random, landing(parts));
    const { read } = reads({ ...parts, board });

    function forget(key: string): void {
      memory.delete(key);
      known.forget(key);
      board.takeOff(key);
    }

    // Also when it fails: it may have happened.
    async function forgetAround(ref: SecretRef, write: () => Promise<void>): Promise<void> {
      const { key } = identify(ref);
      forget(key);
      try {
        await write();
      } finally {
        forget(key);
      }
    }

    const { set, delete: remove } = next;
    return {
      // Not an async function: a hit returns the stored promise, and allocates nothing.
      get(ref, ctx) {
        if (ctx.signal?.aborted) return Promise.reject(ctx.signal.reason);
        const identity = identify(ref);
        const entry = memory.use(identity.key);
        if (entry !== undefined && !ctx.fresh && memory.isFresh(entry, clock.read())) {
          hit(identity);
          return entry.answer;
        }
        return read([{ identity, ref }], ctx).then(secretOrThrow);
      },

      async getMany(refs, ctx) {
        ctx.signal?.throwIfAborted();
        return read(
          refs.map((ref) => ({ identity: identify(ref), ref })),
          ctx,
        );
      },

      set: set && ((ref, secret, ctx) => forgetAround(ref, () => set(ref, secret, ctx))),
      delete: remove && ((ref, ctx) => forgetAround(ref, () => remove(ref, ctx))),

      // The short way for a name that is read again and again: no lookup, and the clock once.
      recall(ref) {
        const { key } = identify(ref);
        let place: Place | undefined;
        return (use) => {
          let entry = place?.entry;
          if (entry === undefined) {
            entry = memory.look(key);
            if (entry === undefined) return undefined;
            place = memory.placeOf(entry);
          }
          if (!memory.isFresh(entry, clock.read())) return undefined;
          if (use) {
            memory.touch(key);
            hit(entry);
          }
          return entry;
        };
      },

      peek(ref) {
        const entry = memory.look(identify(ref).key);
        if (!entry) return next.peek?.(ref);
        return memory.isFresh(entry, clock.read()) ? entry.secret : undefined;
      },

      invalidate(target) {
        if (target && 'name' in target) {
          forget(identify(target).key);
        } else {
          memory.deleteCovered(target);
          known.forgetCovered(target);
          board.takeOffCovered(target);
        }
        next.invalidate?.(target);
      },

      subscribe: changed.subscribe,

      snapshot() {
        const { hit, miss, stale, refresh, failure, coalesced, eviction } = counts;
        return {
          hits: hit,
          misses: miss,
          stale,
          refreshes: refresh,
          failures: failure,
          coalesced,
          evictions: eviction,
          size: memory.size,
        };
      },

      dispose() {
        changed.clear();
        memory.deleteCovered(undefined);
        known.forgetCovered(undefined);
        board.abortAll(new SecretError('closed', 'the cache has been closed while the read was under way.'));
      },
    };
  });
}

type Settings = Omit<Required<CacheOptions>, 'onEvent'> & Pick<CacheOptions, 'onEvent'>;

function checked(options: CacheOptions): Settings {
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
  checkFunction('cache', 'now', now);
  checkFunction('cache', 'random', random);
  checkFunction('cache', 'onEvent', onEvent);
  return { ...settings, now, random, ...(onEvent && { onEvent }) };
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

function secretOrThrow([answer]: readonly Answer[]): Secret | undefined {
  if (isSecretError(answer)) throw answer;
  return answer;
}
