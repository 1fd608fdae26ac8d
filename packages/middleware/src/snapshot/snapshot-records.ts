import type { Secret, SecretRef } from '@secretkit/core/provider';
import { type Judgement, judge, type Opened } from './judge.js';
import type { SnapshotSettings } from './options.js';
import type { SecretState } from './secret-state.js';
import type { StoreQueue } from './store-queue.js';

/** The records in the store. No method rejects. */
export interface SnapshotRecords {
  /** Returns the newest record that may be served. Deletes those whose time has ended. */
  find(state: SecretState): Promise<Exclude<Judgement, string> | undefined>;
  /** Keeps a value, unless the record is newer. Resolves with `false` if it is not kept. */
  store(state: SecretState, secret: Secret, fetchedAtMs: number): Promise<boolean>;
  /** @param isAwaited - Whether somebody waits for it. */
  remove(state: SecretState, isAwaited: boolean): Promise<void>;
  /** Deletes the records that are too old for any process, or all. */
  prune(before: Date | undefined): Promise<void>;
}

/** @param onUnreadable - Called for a record that does not open. */
export function snapshotRecords(
  { store, codec, principal, maxAgeMs, skewMs }: SnapshotSettings,
  use: string,
  queue: StoreQueue,
  wallMs: () => number,
  onUnreadable: () => void,
): SnapshotRecords {
  const contextOf = ({ identity }: SecretState) => ({ use, ref: withoutEmptyScope(identity.ref), principal });

  /** The first one is that of the key that seals; after a change of keys, the others are from before. */
  const namesOf = (state: SecretState): Promise<readonly string[]> => codec.names(contextOf(state));

  async function open(state: SecretState, name: string): Promise<Opened | undefined> {
    const record = await store.read(name);
    if (record === undefined) return undefined;
    const result = await codec.open(contextOf(state), record).catch(() => undefined);
    if (result?.opened === true) return result;
    onUnreadable();
    return undefined;
  }

  return {
    find: (state) =>
      queue.run(state.identity.key, { what: 'read', isAwaited: true }, async () => {
        let newest: Exclude<Judgement, string> | undefined;
        for (const name of await namesOf(state)) {
          const opened = await open(state, name);
          const judged = opened && judge(opened, wallMs(), state.newestMs, { maxAgeMs, skewMs });
          if (judged === 'ended') await store.remove(name).catch(() => undefined); // it is not served anyway
          if (typeof judged === 'object' && judged.fetchedAtMs >= (newest?.fetchedAtMs ?? 0)) newest = judged;
        }
        return newest;
      }),

    async store(state, secret, fetchedAtMs) {
      const { epoch, identity } = state;
      if (queue.isBusy(identity.key)) return false; // a store that hangs must not collect values; the next one is kept
      const kept = await queue.run(identity.key, { what: 'write', isAwaited: false }, async () => {
        const [name, ...others] = await namesOf(state);
        if (name === undefined) return false;
        const before = await open(state, name).catch(() => undefined);
        const sealedMs = before?.fetchedAt.getTime() ?? Number.NEGATIVE_INFINITY;
        const isNewer = sealedMs > fetchedAtMs && sealedMs <= wallMs() + skewMs; // by another process
        if (isNewer || state.epoch !== epoch) return isNewer;
        await store.write(
          name,
          await codec.seal(contextOf(state), { secret, fetchedAt: new Date(fetchedAtMs) }),
        );
        for (const other of others) await store.remove(other);
        return true;
      });
      return kept === true;
    },

    async remove(state, isAwaited) {
      await queue.run(state.identity.key, { what: 'write', isAwaited }, async () => {
        for (const name of await namesOf(state)) await store.remove(name);
      });
    },

    prune: (before) => queue.runAlone(() => store.prune(before)),
  };
}

/** A scope without fields is the default scope, and a codec refuses it. */
function withoutEmptyScope(ref: SecretRef): SecretRef {
  const { name, scope } = ref;
  return scope && scope.account === undefined && scope.user === undefined ? { name } : ref;
}
