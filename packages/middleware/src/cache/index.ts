import { defineMiddleware, type Middleware } from '@secretkit/core/middleware';
import { abortReason, SecretError, throwIfAborted } from '@secretkit/core/provider';
import { applyResult } from './apply-result.js';
import { cachedReader } from './cached-reader.js';
import { createCallRecord } from './call-record.js';
import { createChanges } from './changes.js';
import { cacheClock } from './clock.js';
import { isHit, servableMsOf } from './decide.js';
import { createEntries } from './entries.js';
import { createEvents } from './events.js';
import { createExplain } from './explain.js';
import { identities } from './identity.js';
import { createInflight } from './inflight.js';
import { followInner } from './inner-changes.js';
import { createInvalidation } from './invalidation.js';
import { createLateWrites } from './late-writes.js';
import { createNegativeEntries } from './negative-entries.js';
import { type CacheOptions, checkedOptions, shownOptions } from './options.js';
import { createReads } from './reads.js';
import { cacheKind, report } from './report.js';
import type { CacheState } from './state.js';

export type { CacheEvent, CacheEventType } from './events.js';
export type { CacheOptions } from './options.js';

/**
 * Keeps values in memory, each until its time to live or its expiry ends, whichever is first. Any number of concurrent reads
 * of a secret make one backend call (single-flight), which prevents a cache stampede. Missing and denied secrets are
 * remembered for a moment (negative caching).
 *
 * A value past its freshness is served only within `staleWhileRevalidateMs`, or within `staleIfErrorMs` after a failure that
 * allows it, and carries `staleSince`; a denial evicts at once. After a write through the stack, or `invalidate`, every
 * later read asks the backend, even while an older request is in flight; after a write that failed and may still be applied
 * (`timeout`, `unavailable`, `circuit_open`, `unknown`, an abort), so does every read for a minute, or until a write succeeds. The least
 * recently used value is evicted when there are more than `maxEntries`. The cache has no timers: a process with a full cache exits by itself.
 *
 * Put it outside the layers that do work: `compose(cache(), retry(), timeout())`. Its snapshot in `layersOf` has the counts
 * of hits, misses, stale answers, refreshes, failures (also by code), coalesced reads and evictions, the number of values in
 * memory, and the state of those whose refresh failed.
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
  const settings = checkedOptions(options);

  return defineMiddleware({
    name: 'cache',
    kind: cacheKind,
    options: shownOptions(settings),
    build: (next) => {
      const identify = identities(next);
      const events = createEvents(settings.onEvent);
      const changes = createChanges(settings.maxEntries);
      const entries = createEntries(settings, (entry, evicted) => {
        changes.recordRemoved(entry, entry.received);
        if (evicted) events.emit('eviction', entry);
      });
      const clock = cacheClock(settings.now, entries.endFreshness);
      const negativeEntries = createNegativeEntries(settings);
      const lateWrites = createLateWrites(settings.maxEntries);
      const state: CacheState = { entries, negativeEntries, lateWrites, changes, events, clock, settings };
      const calls = createCallRecord();
      const inflight = createInflight(next, settings, state, (result) => {
        calls.record(result);
        applyResult(state, result);
      });
      const { read, readOne } = createReads(state, inflight);
      const invalidation = createInvalidation(state, inflight, identify);
      const { invalidate, aroundWrite } = invalidation;
      const stopFollowing = followInner(next, state, inflight, { ...invalidation, identify });

      const { set, compareAndSet, delete: remove } = next;
      return {
        // Not an async function: a hit returns the stored promise, and allocates nothing.
        get(ref, ctx) {
          if (ctx.signal?.aborted) return Promise.reject(abortReason(ctx.signal));
          try {
            const identity = identify(ref);
            const entry = entries.get(identity.key);
            if (entry !== undefined && isHit(entry, clock.wallMs(), ctx)) {
              events.hit(identity);
              if (ctx.report) report(ctx, 'hit', ref);
              return entry.settled;
            }
            return readOne({ identity, ref }, ctx);
          } catch (error) {
            return Promise.reject(error);
          }
        },

        async getMany(refs, ctx) {
          throwIfAborted(ctx.signal);
          return read(
            refs.map((ref) => ({ identity: identify(ref), ref })),
            ctx,
          );
        },

        set: set && ((ref, secret, ctx) => aroundWrite(ref, ctx, () => set(ref, secret, ctx))),
        compareAndSet:
          compareAndSet &&
          ((ref, secret, expected, ctx) =>
            aroundWrite(ref, ctx, () => compareAndSet(ref, secret, expected, ctx))),
        delete: remove && ((ref, ctx) => aroundWrite(ref, ctx, () => remove(ref, ctx))),

        memory: {
          cached: (ref) => cachedReader(state, identify(ref).key, next.memory?.cached?.(ref)),
          invalidate(target) {
            invalidate(target);
            next.memory?.invalidate?.(target);
          },
          subscribe: changes.subscribe,
          explain: createExplain(state, inflight, next, identify, calls),
        },

        snapshot() {
          const { hit, miss, stale, refresh, failure, coalesced, eviction } = events.counts;
          const condition = entries.condition(clock.now(), servableMsOf(settings));
          const ended = calls.snapshot();
          return {
            hits: hit,
            misses: miss,
            stale,
            refreshes: refresh,
            failures: failure,
            coalesced,
            evictions: eviction,
            size: entries.size,
            inFlight: inflight.size,
            failureCodes: { ...events.failureCodes },
            ...condition,
            ...ended,
            degraded: condition.cooldowns + condition.staleEntries + ended.consecutiveFailures > 0,
          };
        },

        dispose() {
          stopFollowing();
          changes.clear();
          entries.deleteCovered(undefined);
          negativeEntries.deleteCovered(undefined);
          inflight.abortAll(
            new SecretError(
              'closed',
              'the cache was closed while the read was in flight. Close it after the last read.',
            ),
          );
        },
      };
    },
  });
}
