/**
 * ## Defaults
 *
 * Reasons for the defaults: five minutes are short enough for a rotation that nobody announced, and an hour is long enough for most
 * outages. Nothing is served stale while the backend answers (`staleWhileRevalidateMs` is 0); set it if you want every read to be a
 * hit, and can accept one read of the previous value. A second for missing and denied secrets ends hot loops, and is over before
 * somebody who has just created the secret notices; a name that stays missing costs a call a minute in the end.
 *
 * ## What the cache promises
 *
 * A value has two deadlines. After the **soft** one it is stale; after the **hard** one, its expiry, it is gone.
 *
 * - **Expiry**: a value is never served at or past its `expiresAt`, in any mode, under any failure.
 * - **Soft deadline**: the earliest of `ttlMs`, the expiry less `refreshAheadMs`, and the `refreshAt` that the store reports. The
 *   refresh starts at `refreshAt` or up to 5 seconds later, by `jitter`, so that a fleet does not refresh in the same second. A
 *   `refreshAt` at or before the fetch is ignored.
 * - **Stale values** are served only within their two bounds, which count from the soft deadline and are never renewed. They carry
 *   `staleSince`. After a denial, a missing secret or an `unknown` failure nothing stale is served;
 *   the table of codes says which failures allow it. A denial and a missing secret evict at once.
 * - **Cooldown**: while a value can be served, a failed refresh is followed by a cooldown of `failureCooldownMs`, or as long as the
 *   backend reports (`retryAfterMs`), but at most ten times `failureCooldownMs`; and a refresh is one attempt. A `fresh` read, a
 *   write and `invalidate` end the cooldown.
 * - **`maxAgeMs`** of the call's context: a copy that is older is not served, and the call carries it inward. It ends no cooldown and
 *   no memory of a missing or denied secret. A reader joins only a request that is at least as strict as its own.
 * - **A cache around a cache** makes no value younger: the value carries the time of its fetch, and `ttlMs`, stale bounds and
 *   `maxAgeMs` count from it. A refresh asks for a value that is younger than the copy in memory. An answer that arrives stale is
 *   served at most as long as the inner cache would serve it, and starts a cooldown.
 * - **Missing secrets** are remembered for `negativeTtlMs`: 1 s, then 2, 4, 8 and so on up to `negativeTtlMaxMs` (60 s) while the
 *   name stays missing. So a secret that another process creates is noticed after a minute at the latest; a `fresh` read, a write
 *   through the stack and `invalidate` end the wait at once. A name that was not read for twice its last wait starts with the first
 *   wait again. Missing and denied secrets have a limit of their own, as large as `maxEntries`, and evict no value.
 * - **Single-flight**: any number of concurrent readers of a secret make one call; single readers join a batch in flight. Each
 *   reader leaves at its own abort, with the reason of its signal, or at its own deadline. When the last one leaves, the call is
 *   aborted.
 * - **Writes**: a write through the stack makes later reads ask the backend, when it starts and again when it settles, also when it
 *   fails. `invalidate` does so once. An answer that was in flight then reaches only the readers that waited for it, and is not
 *   stored. A write that was left at a timeout or an abort may still take effect later, which the cache cannot know: write again,
 *   or call `invalidate`.
 * - **Batches** fetch only the secrets that are neither in memory nor in flight. Their answers are stored one by one, each with its
 *   own expiry. An answer that expires while the batch waits for a slower one is read again, once and within the deadline of the
 *   batch; otherwise it is missing.
 * - **Identity** is account, user, name and version, for each stack. Two different refs never share an entry. A write of a name, and
 *   `invalidate`, cover all its versions.
 * - **Clocks**: expiries follow the wall clock. Cooldowns, the memory of missing and denied secrets, stale bounds and deadlines
 *   follow the monotonic clock (`performance.now`): a step of the wall clock ends no wait and lengthens no bound. A hit reads the
 *   wall clock alone. If that is set forward, values are refreshed early; if it is set back by more than a second, every value is
 *   stale. A `now` of your own drives both: a step of it is time passed.
 * - **Async context** (`AsyncLocalStorage`): a call runs in the context of the read that started it, so its spans are below that
 *   read. Nothing of a reader's context is kept once its call has settled. Build the cache outside of a request: it keeps the
 *   context that it is built in.
 * - **Reports**: a read that has `report` in its context receives `hit`, `miss`, `refresh`, `coalesced` or `stale`. A refresh in the
 *   background has `background`, a signal that fires when a reader joins it.
 * - **Timers**: none. A process with a full cache exits by itself.
 *
 * ## Cloudflare Workers and other runtimes that end with a request
 *
 * On Cloudflare Workers a request must not await a promise that another request made. There the default is `coalesce: false`: only
 * the refs of one batch share a call, and each hit gets a promise of its own. Values in memory are shared as elsewhere. A refresh in
 * the background ends with its request unless the runtime keeps it alive:
 *
 * ```ts
 * import { cache } from '@secretkit/middleware/cache';
 *
 * // On Cloudflare Workers: import { waitUntil } from 'cloudflare:workers';
 * const waitUntil = (promise: Promise<void>): void => void promise;
 *
 * export const layer = cache({ ttlMs: 60_000, staleWhileRevalidateMs: 30_000, waitUntil });
 * ```
 *
 * Without `waitUntil` and with `coalesce: false`, the reader of a stale value waits for the refresh; if that fails, it gets the stale
 * value within its bounds.
 *
 * The rest of the stack follows the same rule there: each `use` reads again for itself, each call in the queue of a rate limit has its
 * own timer (a call behind one that was aborted does not move up), and `watch` is `unsupported`, because its timer would end with the
 * request. `npm run proof -- workers` shows it in workerd.
 *
 * ## Rotation, changes and counts
 *
 * With a cache in the stack, the client's `use(ref, run)` handles a rotation, `onChange(ref, listener)` reports one, and
 * `watch(refs, { everyMs })` looks for one. While there is a listener, the cache keeps the previous value, to compare it with the
 * next one.
 *
 * The cache follows the changes that the wrapped provider reports itself (`memory.subscribe`), such as a folder that is watched: the
 * new value replaces the one in memory at once, and reaches the listeners once. If the provider only knows that something has
 * changed (`{ invalidate: target }`), the next read asks for it.
 *
 * `layersOf(stack)[0].snapshot()`, and `health()` of a client, return these. Counts never decrease.
 *
 * | key | meaning |
 * | --- | --- |
 * | `hits`, `misses`, `stale`, `refreshes`, `coalesced`, `evictions` | counts of events |
 * | `failures`, `failureCodes` | reads of the backend that failed after retries, and how many with each code |
 * | `size`, `inFlight` | values in memory, calls without an answer |
 * | `cooldowns`, `staleEntries` | values whose refresh failed: not refreshed yet, served past their freshness |
 * | `servableForMs` | how long the first of these stale values may still be served; absent without one |
 * | `rotationsOverdue` | values in use that their store should have rotated (`refreshAt`) by now |
 * | `consecutiveFailures`, `lastSuccessAt`, `lastFailure` | the last calls to the backend |
 * | `degraded` | whether there is a cooldown, a stale value after a failure, or a last call that failed |
 *
 * @packageDocumentation
 */

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
        changes.recordRemoved(entry, entry.secret);
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
              return entry.asHit().settled;
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
