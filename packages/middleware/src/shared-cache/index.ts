/**
 * ## How the processes share
 *
 * Shares values between the processes of a fleet through Redis, sealed. A deploy of thousands of processes then reads each secret once
 * from its store: one process takes a lease and reads, the others wait for its answer. Use it for a store with a low rate limit, or
 * for starts of many processes at once; a store that allows thousands of reads a second does not need it.
 *
 * - **What is stored**: a record of AES-256-GCM that is bound to the namespace, secret and principal, under an HMAC of its address, with
 *   an end. A value that belongs to one process (of a lease), a stale value and a ref with a version are never stored.
 * - **What is checked** when a record is opened: its age, its expiry, its `refreshAt`, and that it is not older than an answer which this
 *   process has seen. Anything wrong is a miss, never an error.
 * - **The lease** lasts two seconds and is renewed while its read runs. `rate_limited`, `unavailable` and `timeout` leave a cooldown:
 *   until it ends nobody asks, and waiting reads that cannot outlast it fail with that code, or get a stale value.
 * - **A write, a denial (`permission_denied`) and a miss** delete the record and end the lease, so that nobody stores an older value
 *   afterwards. Other processes hear of a write or an `invalidate` by pub/sub, and report it to the cache around them; a lost message
 *   costs at most `ttlMs`. Other principals keep their record until then, unless their processes hear the message.
 * - **One backend**: the principal names it, too. Records of two backends that have one name, such as two accounts of a store, must not meet:
 *   give each its own `sharedCache` with its own `principal`. One that wraps both shares the values of the first only, and warns with
 *   `SECRETKIT_SHARED_CACHE_SEVERAL_BACKENDS`.
 * - **While Redis is down, hangs, is full or refuses**, each process reads from the store as if there were no shared cache. A warning names
 *   it once: `SECRETKIT_SHARED_CACHE_DOWN`, `SECRETKIT_SHARED_CACHE_WRITES_REFUSED`, and `SECRETKIT_SHARED_CACHE_NO_ERROR_LISTENER` for
 *   a client whose lost connection would end the process.
 *
 * A user who can write to Redis can put a record back that is still young enough for its bounds, delete records, hold leases with a
 * cooldown, and send invalidations, which delete snapshots, too; and can neither read a value nor move one to another secret, tenant
 * or principal. The errors are those of the store. A read that waited too long for another process fails with `timeout`, and one that
 * met a cooldown with its code and `retryAfterMs`. `health()` shows `redis` (`up`, `down`, `writes refused`), `outstanding` commands,
 * hits, misses, waits and stores.
 *
 * ## Clients
 *
 * You make, connect and close the client, such as `createClient({ url, RESP: 3 })` of `redis`:
 *
 * - **Give it a listener for `error`.** Without one a lost connection ends the process.
 * - **Do not await `connect()`** at the start: it waits for a Redis that is down.
 * - **Let it hear messages**, or writes of other processes are seen after `ttlMs` only, and nothing tells.
 *
 * A client of `redis` hears messages on its own connection with `RESP: 3`; any client takes a second one:
 * `fromNodeRedis(client, { subscriber })`. Clusters and TLS are options of your client. The least rights of its user, on Redis 7.0 and later:
 *
 * ```text
 * user app on >PASSWORD ~secretkit:shared:* &secretkit:shared:* +get +set +del +pexpire +pttl +eval +publish +subscribe +unsubscribe
 * ```
 *
 * Such a user may not send `CLIENT SETINFO` or `INFO`: set `disableClientInfo: true`, and for ioredis `enableReadyCheck: false`, too.
 * Over HTTP, Upstash has the two commands that are needed. There are no messages, and a longer timeout fits:
 *
 * ```ts
 * import type { SharedCacheClient } from '@secretkit/middleware/shared-cache';
 *
 * // A client of `@upstash/redis`, made with `automaticDeserialization: false`. Give `commandTimeoutMs: 500`.
 * interface UpstashClient {
 *   get(key: string): Promise<unknown>;
 *   eval(script: string, keys: string[], args: string[]): Promise<unknown>;
 * }
 *
 * export function fromUpstash(client: UpstashClient): SharedCacheClient {
 *   return {
 *     get: (key) => client.get(key),
 *     eval: (script, keys, args) => client.eval(script, [...keys], [...args]),
 *   };
 * }
 * ```
 *
 * @packageDocumentation
 */

import { backendName, defineMiddleware, ignoreErrors, type Middleware } from '@secretkit/core/middleware';
import {
  type CacheInvalidation,
  type InvalidateTarget,
  type SecretChange,
  type SecretRef,
  withoutVersion,
} from '@secretkit/core/provider';
import { canonicalScope, identities, isRef } from '../cache/identity.js';
import { createLateWrites } from '../cache/late-writes.js';
import { clocksOf } from '../shared/clocks.js';
import { recordOperations } from '../shared/record-operations.js';
import { recordUses } from '../shared/record-uses.js';
import { createExplain } from './explain.js';
import { createGuard } from './guard.js';
import { invalidations } from './invalidations.js';
import { checkedOptions, type SharedCacheOptions, shownOptions } from './options.js';
import { createReads } from './reads.js';
import { noCounts, sharedCacheKind } from './report.js';
import { maxStates, outdate, type SecretState, secretStates } from './secret-state.js';
import { sharedRecords } from './shared-records.js';
import { warnings } from './warn.js';

export {
  fromIoredis,
  fromNodeRedis,
  type IoredisClient,
  type NodeRedisClient,
  type SharedCacheClient,
  type SubscriberOption,
} from './client.js';
export type {
  SharedCacheCodec,
  SharedCacheOptions,
  SharedRecordContent,
  SharedRecordContext,
} from './options.js';

/**
 * Shares values between the processes of a fleet through Redis, sealed, so that a deploy of thousands of processes reads each
 * secret once from its store. One process takes a lease and reads; the others wait for its answer.
 *
 * A value is served while it is younger than `ttlMs`, counted from when the store gave it; older, within `staleIfErrorMs`, only
 * when the read failed with a code that allows it. A denial, a miss or a write through the stack deletes it for all with the
 * same `principal`. While Redis is down, slow or full, each process reads from the store as if there were no shared cache.
 *
 * Put it inside a cache and outside the layers that do work: `compose(cache(), sharedCache(options), retry(), timeout())`. Refs
 * with a version, and values that belong to one process (a lease's), are passed through.
 *
 * @throws `RangeError` or `TypeError` for wrong options, when it is built.
 * @example
 * ```ts
 * import { compose } from '@secretkit/core';
 * import { cache } from '@secretkit/middleware/cache';
 * import { fromNodeRedis, type NodeRedisClient, sharedCache } from '@secretkit/middleware/shared-cache';
 * import { generateKey, sealedCodec } from '@secretkit/sealed';
 *
 * const codec = sealedCodec({ keys: [{ id: '2030-01', key: generateKey() }], namespace: 'shop/production' });
 *
 * export function layersWith(redis: NodeRedisClient) {
 *   return compose(cache(), sharedCache({ client: fromNodeRedis(redis), codec, principal: 'role/shop' }));
 * }
 * ```
 */
export function sharedCache(options: SharedCacheOptions): Middleware {
  const settings = checkedOptions(options);
  const { client, codec, principal, now } = settings;

  const warn = warnings();
  const useOf = recordUses('shared-cache', () => warn('SEVERAL_BACKENDS'));

  return defineMiddleware({
    name: 'sharedCache',
    kind: sharedCacheKind,
    options: shownOptions(settings),
    build: (next) => {
      const clocks = clocksOf(now);
      const identify = identities(next);
      const states = secretStates();
      const lateWrites = createLateWrites(maxStates);
      const counts = noCounts();
      const guard = createGuard(client, settings, clocks.monotonicMs);
      guard.onEpisode = (what) => warn(what === 'down' ? 'DOWN' : 'WRITES_REFUSED');
      const records = sharedRecords(guard, codec, { principal, use: useOf(backendName(next)) }, states);
      const reads = createReads(next, records, states, lateWrites, settings, clocks, counts);
      const listeners = new Set<(change: SecretChange | CacheInvalidation) => void>();
      const messages = invalidations(client, guard, states, (ref) => {
        for (const listener of listeners) ignoreErrors(() => listener({ invalidate: ref }));
      });

      function started(): void {
        messages.listen();
        if (ignoreErrors(() => client.hasErrorListener?.()) === false) warn('NO_ERROR_LISTENER');
      }

      const stateOf = (ref: SecretRef): SecretState => states.of(identify(withoutVersion(ref)));

      async function evict(state: SecretState): Promise<void> {
        outdate(state);
        await records.evict(state).catch(() => undefined); // the codec failed: nothing is shared
      }

      async function publish(state: SecretState): Promise<void> {
        const { topic } = await records.keysOf(state);
        await messages.publish(topic);
      }

      function invalidate(target: InvalidateTarget | undefined): void {
        if (isRef(target)) {
          const state = stateOf(target);
          void evict(state)
            .then(() => publish(state))
            .catch(() => undefined);
          return;
        }
        for (const state of states.invalidate(canonicalScope(target, identify)))
          void records.evict(state).catch(() => undefined);
        void messages.publish(undefined).catch(() => undefined);
      }

      const { memory = {} } = next;
      return {
        ...recordOperations(next, {
          identify,
          lateWrites,
          monotonicMs: clocks.monotonicMs,
          async read(requested, ctx) {
            started();
            return reads.read(requested, ctx);
          },
          async evict(identity, when) {
            const state = states.of(identity);
            await evict(state);
            if (when === 'after') await publish(state).catch(() => undefined); // a lost message costs at most ttlMs
          },
        }),

        memory: {
          invalidate(target) {
            invalidate(target);
            memory.invalidate?.(target);
          },
          subscribe(listener) {
            listeners.add(listener);
            const stop = memory.subscribe?.((change) => {
              if ('invalidate' in change) invalidate(change.invalidate);
              else outdate(stateOf(change.ref));
              listener(change);
            });
            return () => {
              listeners.delete(listener);
              stop?.();
            };
          },
          explain: createExplain(
            next,
            identify,
            states,
            lateWrites,
            reads,
            () => guard.snapshot().redis,
            clocks,
          ),
        },

        snapshot() {
          const redis = guard.snapshot();
          return { ...counts, ...redis, degraded: redis.redis !== 'up' };
        },

        dispose() {
          messages.close();
          listeners.clear();
        },
      };
    },
  });
}
