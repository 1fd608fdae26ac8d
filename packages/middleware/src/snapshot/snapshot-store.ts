/** Keeps sealed records by name, across restarts of the process: `snapshotFiles()` of `@secretkit/middleware/snapshot/node`. */
export interface SnapshotStore {
  /** Must return the record of a name, as it was written; `undefined` if there is none. */
  read(name: string): Promise<string | undefined>;
  /** Must replace the record in one step: a reader gets the old one or the new one, also after a crash. */
  write(name: string, record: string): Promise<void>;
  /** Must resolve whether or not there was one. */
  remove(name: string): Promise<void>;
  /** Must remove the records that were written before a date; without a date, all. */
  prune(before?: Date): Promise<void>;
}
