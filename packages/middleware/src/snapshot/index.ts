/**
 * A record is served only when the read failed with a code that allows stale values, and the cache around it has nothing to serve. The
 * value is marked as stale.
 *
 * ## What is stored, and what deletes it
 *
 * The folder is made with the mode 0700. One that is there must belong to the process's user, without rights for others. A file has the
 * mode 0600, and an HMAC as its name; it is written beside and renamed. A denial, a miss, a write and `invalidate` delete it (of a scope
 * or everything: all files), and so does its age. Values of a lease, stale values and refs with a version are never stored.
 *
 * ## A folder that cannot be used
 *
 * It never fails a read: `health()` shows `store`, and one warning names it, `SECRETKIT_SNAPSHOT_UNWRITABLE` or
 * `SECRETKIT_SNAPSHOT_UNREADABLE`. While the backend fails it is asked again after 2 s, doubling to a minute, or when it says so.
 *
 * The principal names the backend, too: give each of two backends that have one name its own `snapshot`. One that wraps both keeps the
 * values of the first only, and warns with `SECRETKIT_SNAPSHOT_SEVERAL_BACKENDS`.
 *
 * Somebody who can write to the folder can put back a record that is still within its bounds.
 *
 * @packageDocumentation
 */

import { backendName, defineMiddleware, type Middleware } from '@secretkit/core/middleware';
import { type InvalidateTarget, type SecretRef, withoutVersion } from '@secretkit/core/provider';
import { canonicalScope, identities, isRef } from '../cache/identity.js';
import { createLateWrites } from '../cache/late-writes.js';
import { clocksOf } from '../shared/clocks.js';
import { recordOperations } from '../shared/record-operations.js';
import { recordUses } from '../shared/record-uses.js';
import { warnOnce } from '../shared/warn-once.js';
import { createExplain } from './explain.js';
import { checkedOptions, type SnapshotOptions } from './options.js';
import { createReads } from './reads.js';
import { type Counts, snapshotKind } from './report.js';
import { maxStates, outdate, type SecretState, secretStates } from './secret-state.js';
import { snapshotRecords } from './snapshot-records.js';
import { createStoreQueue } from './store-queue.js';

export type {
  SharedCacheCodec,
  SharedRecordContent,
  SharedRecordContext,
} from '../shared-cache/options.js';
export type { SnapshotOptions } from './options.js';
export type { SnapshotStore } from './snapshot-store.js';

const pruneEveryMs = 3_600_000;

const texts = {
  UNWRITABLE:
    'the store of snapshots cannot be written, so a process that starts while its secrets are unavailable has none. Check the folder, its owner and its mode.',
  UNREADABLE:
    'the store of snapshots cannot be read, so no snapshot is served. Check the folder, its owner and its mode.',
  SEVERAL_BACKENDS:
    'one snapshot wraps several backends of one name, so only the values of the first outlive the process. Give each its own snapshot, with a principal that names the backend.',
} as const;

/**
 * Keeps the last value of each secret on disk, sealed, so that a process can start while the backend is down. A value is served
 * only when the read failed with a code that allows stale values, marked as stale, until `maxAgeMs` after the backend gave it,
 * and never at or past its expiry.
 *
 * A denial, a miss, a write and `invalidate` delete its record, and so does its age. A failure of the store is never the
 * failure of a read: it is counted, and named in one warning. Refs with a version, stale values, and values that belong to one
 * process (a lease's) are passed through, and never stored.
 *
 * Put it inside a cache, and outside a shared cache and the layers that do work:
 * `compose(cache(), snapshot(options), retry(), timeout())`. While the cache around it has a value to serve, that one is served.
 *
 * @throws `RangeError` or `TypeError` for wrong options, when it is built.
 * @example
 * ```ts
 * import { recommended } from '@secretkit/middleware/recommended';
 * import { snapshot } from '@secretkit/middleware/snapshot';
 * import { snapshotFiles } from '@secretkit/middleware/snapshot/node';
 * import { generateKey, sealedCodec } from '@secretkit/sealed';
 *
 * const codec = sealedCodec({ keys: [{ id: '2030-01', key: generateKey() }], namespace: 'shop/production' });
 * const store = snapshotFiles({ folder: '/var/lib/shop/secrets' });
 *
 * export const stack = recommended({
 *   snapshot: snapshot({ store, codec, principal: 'role/shop', maxAgeMs: 86_400_000 }),
 * });
 * ```
 */
export function snapshot(options: SnapshotOptions): Middleware {
  const settings = checkedOptions(options);
  const { maxAgeMs, skewMs, now } = settings;
  const warn = warnOnce('snapshot', 'SECRETKIT_SNAPSHOT', texts);
  const useOf = recordUses('snapshot', () => warn('SEVERAL_BACKENDS'));

  return defineMiddleware({
    name: 'snapshot',
    kind: snapshotKind,
    options: { maxAgeMs, skewMs },
    build: (next) => {
      const clocks = clocksOf(now);
      const identify = identities(next);
      const states = secretStates();
      const lateWrites = createLateWrites(maxStates);
      const counts: Counts = { served: 0, stored: 0, unreadable: 0 };
      const isWorking = { read: true, write: true };
      const queue = createStoreQueue((what, isDone) => {
        isWorking[what] = isDone;
        if (!isDone) warn(what === 'read' ? 'UNREADABLE' : 'UNWRITABLE');
      });
      const records = snapshotRecords(settings, useOf(backendName(next)), queue, clocks.wallMs, () => {
        counts.unreadable += 1;
      });
      const reads = createReads(next, records, states, lateWrites, clocks, counts);
      let pruneAt = Number.NEGATIVE_INFINITY;

      /** Driven by reads: the layer has no timers of its own. */
      function prune(): void {
        const monotonicMs = clocks.monotonicMs();
        if (monotonicMs < pruneAt) return;
        pruneAt = monotonicMs + Math.min(pruneEveryMs, maxAgeMs);
        void records.prune(new Date(clocks.wallMs() - maxAgeMs - skewMs));
      }

      const stateOf = (ref: SecretRef): SecretState => states.of(identify(withoutVersion(ref)));

      async function evict(state: SecretState, isAwaited: boolean): Promise<void> {
        outdate(state, clocks.wallMs());
        await records.remove(state, isAwaited);
      }

      function invalidate(target: InvalidateTarget | undefined): void {
        if (isRef(target)) {
          void evict(stateOf(target), false);
          return;
        }
        states.invalidate(canonicalScope(target, identify), clocks.wallMs());
        void records.prune(undefined); // the names of records do not show their scope, so all are deleted
      }

      const { memory = {} } = next;
      return {
        ...recordOperations(next, {
          identify,
          lateWrites,
          monotonicMs: clocks.monotonicMs,
          async read(requested, ctx) {
            prune();
            return reads.read(requested, ctx);
          },
          evict: async (identity) => evict(states.of(identity), true),
        }),

        memory: {
          invalidate(target) {
            invalidate(target);
            memory.invalidate?.(target);
          },
          ...(memory.subscribe && {
            subscribe(listener) {
              const stop = memory.subscribe?.((change) => {
                if ('invalidate' in change) invalidate(change.invalidate);
                else void evict(stateOf(change.ref), false);
                listener(change);
              });
              return () => stop?.();
            },
          }),
          explain: createExplain(next, identify, states, lateWrites, maxAgeMs, clocks),
        },

        snapshot() {
          const cooldowns = states.cooldowns(clocks.monotonicMs());
          const store = isWorking.write ? (isWorking.read ? 'ok' : 'unreadable') : 'unwritable';
          return { ...counts, cooldowns, store, degraded: cooldowns > 0 || store !== 'ok' };
        },

        dispose: () => queue.idle(),
      };
    },
  });
}
