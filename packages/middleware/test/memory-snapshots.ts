import type { SnapshotStore } from '../src/snapshot/index.js';

/** A store of snapshots in memory, which outlives the processes of a test. */
export interface MemorySnapshots extends SnapshotStore {
  readonly records: Map<string, string>;
  /** Replaces the behaviour of operations: a fault throws, or hangs. `undefined`: none. */
  fault: ((what: 'read' | 'write' | 'remove' | 'prune') => Promise<unknown> | undefined) | undefined;
}

/** @param now - Dates the records. */
export function memorySnapshots(now: () => number): MemorySnapshots {
  const writtenAt = new Map<string, number>();
  const store: MemorySnapshots = {
    records: new Map(),
    fault: undefined,
    async read(name) {
      await store.fault?.('read');
      return store.records.get(name);
    },
    async write(name, record) {
      await store.fault?.('write');
      store.records.set(name, record);
      writtenAt.set(name, now());
    },
    async remove(name) {
      await store.fault?.('remove');
      store.records.delete(name);
    },
    async prune(before) {
      await store.fault?.('prune');
      const untilMs = before?.getTime() ?? Number.POSITIVE_INFINITY;
      for (const name of [...store.records.keys()]) {
        if ((writtenAt.get(name) ?? 0) < untilMs) store.records.delete(name);
      }
    },
  };
  return store;
}
