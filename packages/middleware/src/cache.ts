import {
  type Answer,
  type CallContext,
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
import { steadyClock } from './cache/clock.js';
import { type Entry, entries } from './cache/entries.js';
import { join } from './cache/flight.js';
import { flightBoard, type Wanted } from './cache/flight-board.js';
import { identities } from './cache/identity.js';

export interface CacheOptions {
  /**
   * The longest a value is served without asking the backend again, in milliseconds, from 1 to 2³¹ − 1. A value that
   * expires sooner is served until it expires, and never at or after that.
   * @defaultValue 300000 (five minutes)
   */
  readonly ttlMs?: number;
  /**
   * The most values in memory; the one unused for longest makes room. From 1 to 1,000,000; room is reserved beforehand.
   * @defaultValue 1000
   */
  readonly maxEntries?: number;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

/**
 * Keeps values in memory until their time-to-live or their expiry, whichever comes first.
 *
 * Any number of readers of one secret make one backend call. A missing secret and a failure are not remembered. A write
 * through the stack, and `invalidate`, make every later read ask the backend, also while an older answer is under way.
 * No timer runs: a process with a full cache exits by itself.
 *
 * It stands outside everything that costs: `compose(cache(), retry(), timeout())`. Its snapshot in `layersOf` counts
 * hits, misses, coalesced reads and entries.
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
  checkOptions('cache', options, ['ttlMs', 'maxEntries', 'now']);
  const { ttlMs = 300_000, maxEntries = 1_000, now = () => Date.now() } = options;
  checkNumber('cache', 'ttlMs', ttlMs, { min: 1, max: maxDelayMs });
  checkNumber('cache', 'maxEntries', maxEntries, { min: 1, max: 1_000_000, whole: true });
  checkFunction('cache', 'now', now);

  return defineMiddleware('cache', { ttlMs, maxEntries }, (next) => {
    const clock = steadyClock(now);
    const identify = identities(next);
    const memory = entries(ttlMs, maxEntries, clock);
    const board = flightBoard(next, memory, clock);
    const counts = { hits: 0, misses: 0, coalesced: 0 };

    function stored(key: string, { fresh }: CallContext): Entry | undefined {
      const entry = fresh ? undefined : memory.use(key);
      if (entry) counts.hits += 1;
      return entry;
    }

    /** Has a flight on the board for each of these: those under way, and a new call for the rest. */
    function send(wanted: readonly Wanted[], ctx: CallContext): void {
      const rest = new Map<string, Wanted>();
      for (const each of wanted) {
        const { key } = each.identity;
        if (rest.has(key) || (!ctx.fresh && board.find(key))) counts.coalesced += 1;
        else rest.set(key, each);
      }
      counts.misses += rest.size;
      if (rest.size > 0) board.start([...rest.values()], ctx);
    }

    function ride({ identity, ref }: Wanted, ctx: CallContext): Promise<Answer> {
      const flight = board.find(identity.key);
      if (!flight) throw new Error('a flight is sent before it is joined');
      return join(flight, ref, ctx, clock.read);
    }

    function forget(key: string): void {
      memory.delete(key);
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
        const entry = stored(identity.key, ctx);
        if (entry) return entry.answer;
        const wanted = { identity, ref };
        send([wanted], ctx);
        return ride(wanted, ctx).then(secretOrThrow);
      },

      async getMany(refs, ctx) {
        ctx.signal?.throwIfAborted();
        const wanted = refs.map((ref) => ({ identity: identify(ref), ref }));
        const here = wanted.map(({ identity }) => stored(identity.key, ctx)?.secret);
        send(
          wanted.filter((_, at) => !here[at]),
          ctx,
        );
        return Promise.all(wanted.map(async (each, at) => here[at] ?? ride(each, ctx)));
      },

      set: set && ((ref, secret, ctx) => forgetAround(ref, () => set(ref, secret, ctx))),
      delete: remove && ((ref, ctx) => forgetAround(ref, () => remove(ref, ctx))),

      peek(ref) {
        const entry = memory.look(identify(ref).key);
        if (!entry) return next.peek?.(ref);
        return memory.isFresh(entry) ? entry.secret : undefined;
      },

      invalidate(target) {
        if (target && 'name' in target) {
          forget(identify(target).key);
        } else {
          memory.deleteCovered(target);
          board.takeOffCovered(target);
        }
        next.invalidate?.(target);
      },

      snapshot: () => ({ ...counts, entries: memory.size }),

      dispose() {
        memory.deleteCovered(undefined);
        board.abortAll(new SecretError('closed', 'the cache has been closed while the read was under way.'));
      },
    };
  });
}

function secretOrThrow(answer: Answer): Secret | undefined {
  if (isSecretError(answer)) throw answer;
  return answer;
}
