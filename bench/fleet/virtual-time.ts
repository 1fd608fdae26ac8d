import { type Timer, TimerQueue } from './timer-queue.js';

/** Time that passes as fast as what happens in it can be worked out. */
export interface VirtualTime {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Lets time pass until this point, with every timer on the way. */
  runUntil(end: number): Promise<void>;
  /** Gives the real timers back. */
  [Symbol.dispose](): void;
}

/** How many events are handed to the event loop at a time. */
const handful = 64;

/**
 * Puts virtual time in place of the global timers: what waits by `setTimeout` waits in it, and so does a middleware that is
 * given `now`. After each event everything that follows from it has happened before time goes on, since Node empties the
 * queue of promises after each `setImmediate`.
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
  // A handle of Node has more to it; what runs here hands it back and nothing else.
  globalThis.setTimeout = virtualSetTimeout as unknown as typeof globalThis.setTimeout;
  globalThis.clearTimeout = virtualClearTimeout as typeof globalThis.clearTimeout;

  return {
    now: () => now,

    runUntil: (end) =>
      new Promise((resolve, reject) => {
        let left = 0;
        const step = (): void => {
          left -= 1;
          const next = queue.peek();
          if (next && next.at <= end) {
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
          if (!next || next.at > end) {
            now = end;
            setImmediate(resolve);
            return;
          }
          left = handful;
          for (let i = 0; i < handful; i += 1) setImmediate(step);
        };
        refill();
      }),

    [Symbol.dispose]() {
      globalThis.setTimeout = realSetTimeout;
      globalThis.clearTimeout = realClearTimeout;
    },
  };
}
