import { startTimer } from '../shared/start-timer.js';

/** Runs the operations of a store: those of one secret one after another, and none of them can fail or hold up a read. */
export interface StoreQueue {
  /** Runs work after the work that was given before with this key. Resolves with its result; `undefined` if it failed or is late. */
  run<T>(key: string, { what, isAwaited }: Kind, work: () => Promise<T>): Promise<T | undefined>;
  /** Runs work after all other work, and before all that is given later. */
  runAlone(work: () => Promise<void>): Promise<void>;
  /** Whether work of this key has not ended. */
  isBusy(key: string): boolean;
  /** Resolves once all work has ended, or is late. */
  idle(): Promise<void>;
}

/** What an operation does, and whether somebody waits for it: else its timer does not keep the process alive. */
export interface Kind {
  readonly what: 'read' | 'write';
  readonly isAwaited: boolean;
}

/** How long a read waits for a store that hangs, such as a network drive, in milliseconds. */
const maxWaitMs = 1_000;

/** More reads of one secret fail at once: a store that hangs must not fill the memory. Writes wait, since their order counts. */
const maxWaiting = 64;

/** @param onResult - Called with the outcome of each operation. */
export function createStoreQueue(onResult: (what: 'read' | 'write', isDone: boolean) => void): StoreQueue {
  const lines = new Map<string, { end: Promise<unknown>; length: number }>();
  const nobodyWaits = new AbortController().signal; // it never fires
  let alone: Promise<unknown> = Promise.resolve();

  /** Rejects never: it reports. The work may still run when it counts as late, so that the order is kept. */
  function observed<T>(work: Promise<T>, { what, isAwaited }: Kind): Promise<T | undefined> {
    return new Promise((resolve) => {
      const stop = startTimer(
        () => {
          onResult(what, false);
          resolve(undefined);
        },
        maxWaitMs,
        isAwaited ? undefined : nobodyWaits,
      );
      work.then(
        (value) => {
          stop();
          onResult(what, true);
          resolve(value);
        },
        () => {
          stop();
          onResult(what, false);
          resolve(undefined);
        },
      );
    });
  }

  const all = (): Promise<unknown> =>
    Promise.allSettled([alone, ...[...lines.values()].map(({ end }) => end)]);

  return {
    async run(key, kind, work) {
      const line = lines.get(key) ?? { end: Promise.resolve(), length: 0 };
      if (kind.what === 'read' && line.length >= maxWaiting) {
        onResult('read', false);
        return undefined;
      }
      lines.set(key, line);
      line.length += 1;
      const started = Promise.allSettled([alone, line.end]).then(work);
      line.end = started
        .catch(() => undefined)
        .then(() => {
          line.length -= 1;
          if (line.length === 0) lines.delete(key);
        });
      return observed(started, kind);
    },
    async runAlone(work) {
      const started = all().then(work);
      alone = started.catch(() => undefined);
      await observed(started, { what: 'write', isAwaited: false });
    },
    isBusy: (key) => lines.has(key),
    async idle() {
      await observed(all(), { what: 'read', isAwaited: true });
    },
  };
}
