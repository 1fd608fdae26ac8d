import { defineMiddleware, type Middleware, monotonicClock } from '@secretkit/core/middleware';
import { type InvalidateTarget, SecretError, type SecretRef } from '@secretkit/core/provider';
import { changes } from './changes.js';
import { entries, type Place } from './entries.js';
import { events } from './events.js';
import { flightBoard } from './flight-board.js';
import { identities } from './identity.js';
import { landing } from './landing.js';
import { type CacheOptions, checkedOptions } from './options.js';
import { reads } from './reads.js';
import { verdicts } from './verdicts.js';

export type { CacheEvent, CacheEventType } from './events.js';
export type { CacheOptions } from './options.js';

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
  const { now, random, onEvent, ...settings } = checkedOptions(options);
  const { maxEntries } = settings;

  return defineMiddleware({
    kind: Symbol.for('secretkit.kind.cache'),
    name: 'cache',
    options: settings,
    build: (next) => {
      const identify = identities(next);
      const clock = monotonicClock(now);
      const told = events(onEvent);
      const { emit, hit, counts } = told;
      const changed = changes(maxEntries);
      const memory = entries(settings, maxEntries, clock, (entry, evicted) => {
        changed.leave(entry, entry.secret);
        if (evicted) emit('eviction', entry);
      });
      const known = verdicts(maxEntries, clock);
      const parts = { memory, known, changed, clock, events: told, bounds: settings, memories: settings };
      const board = flightBoard(next, clock, random, told, landing(parts));
      const { read, readOne } = reads({ ...parts, board });

      function forget(key: string): void {
        memory.delete(key);
        known.forget(key);
        board.takeOff(key);
      }

      function forgetCovered(target: InvalidateTarget | undefined): void {
        memory.deleteCovered(target);
        known.forgetCovered(target);
        board.takeOffCovered(target);
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
          try {
            const identity = identify(ref);
            const entry = memory.use(identity.key);
            if (entry !== undefined && !ctx.fresh && memory.isFresh(entry, clock.read())) {
              hit(identity);
              return entry.settled;
            }
            return readOne({ identity, ref }, ctx);
          } catch (error) {
            return Promise.reject(error);
          }
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

        memory: {
          // For a name that is read again and again: no lookup, and the clock once.
          cached(ref) {
            const { key } = identify(ref);
            const inner = next.memory?.cached?.(ref);
            let place: Place | undefined;
            return (touch) => {
              const entry = place?.entry ?? memory.look(key);
              if (entry === undefined)
                return touch || known.find(key, clock.read()) ? undefined : inner?.(false);
              place ??= memory.placeOf(entry);
              if (place.entry === undefined) place = memory.placeOf(entry);
              if (!memory.isFresh(entry, clock.read())) return undefined;
              if (touch) {
                memory.touch(key);
                hit(entry);
              }
              return entry;
            };
          },

          invalidate(target) {
            if (target && 'name' in target) {
              forget(identify(target).key);
            } else {
              forgetCovered(target);
              const folded = target && identify({ name: 'any', scope: target.scope }).ref.scope;
              if (target) forgetCovered({ scope: folded ?? {} });
            }
            next.memory?.invalidate?.(target);
          },

          subscribe: changed.subscribe,
        },

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
          board.abortAll(
            new SecretError('closed', 'the cache has been closed while the read was under way.'),
          );
        },
      };
    },
  });
}
