import { type Timer, TimerQueue } from './timer-queue.js';

/** A clock that jumps from one timer to the next without waiting. */
export interface VirtualTime {
  /** Returns virtual time in epoch milliseconds. */
  readonly now: () => number;
  /** Advances virtual time to `endMs` (epoch milliseconds) and runs every timer that is due until then. */
  runUntil(endMs: number): Promise<void>;
  /** Restores the real global timers. */
  [Symbol.dispose](): void;
}

/** The number of timers that are scheduled on the event loop at a time. */
const batchSize = 64;

/**
 * Replaces the global `setTimeout` and `clearTimeout` by ones in virtual time. Middleware must get `now` as an option.
 *
 * Each timer runs in a `setImmediate` of its own. Node empties the microtask queue after each of them, so all consequences of
 * a timer have run before the clock advances.
 */
export function virtualTime(startsAt: Date = new Date('2030-01-01T00:00:00Z')): VirtualTime {
  const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout, setImmediate } = globalThis;
  const queue = new TimerQueue();
  let now = startsAt.getTime();

  const virtualSetTimeout = (run: () => void, delayMs = 0): Timer =>
    queue.add(now + Math.max(0, delayMs), run);
  const virtualClearTimeout = (timer: Timer | undefined): void => {
    if (timer) timer.run = undefined;
  };
  // Node's handle has more members; the code that runs here only passes it to clearTimeout.
  globalThis.setTimeout = virtualSetTimeout as unknown as typeof globalThis.setTimeout;
  globalThis.clearTimeout = virtualClearTimeout as typeof globalThis.clearTimeout;

  return {
    now: () => now,

    runUntil: (endMs) =>
      new Promise((resolve, reject) => {
        let left = 0;
        const step = (): void => {
          left -= 1;
          const next = queue.peek();
          if (next && next.at <= endMs) {
            now = next.at;
            try {
              queue.take()?.run?.();
            } catch (error) {
              reject(error);
            }
          }
          if (left === 0) refill();
        };
        const refill = (): void => {
          const next = queue.peek();
          if (!next || next.at > endMs) {
            now = endMs;
            setImmediate(resolve);
            return;
          }
          left = batchSize;
          for (let i = 0; i < batchSize; i += 1) setImmediate(step);
        };
        refill();
      }),

    [Symbol.dispose]() {
      globalThis.setTimeout = realSetTimeout;
      globalThis.clearTimeout = realClearTimeout;
    },
  };
}
