import { isolatesRequests } from '@secretkit/core/middleware';
import { type CallContext, onAbort, throwIfAborted } from '@secretkit/core/provider';
import { startTimer } from '../shared/start-timer.js';

/** How fast calls may follow one another. */
export interface Rate {
  /** The time between two calls under load, in milliseconds. */
  readonly intervalMs: number;
  /** How many calls may start at once after a time without calls. */
  readonly burstSize: number;
}

/** Admits calls in the order in which they arrive, and never faster than its rate. */
export interface Limiter {
  /** The number of calls in the queue. */
  readonly waiting: number;
  /** How long a call that arrives now waits, in milliseconds; less if calls before it are aborted. */
  readonly delayMs: number;
  /** Resolves when the call may start, or rejects with the signal's reason as soon as the call's signal fires. */
  acquire(ctx: CallContext): Promise<void>;
}

/** A call in the queue. It has a timer of its own: where requests are isolated, that of another one ends with its request. */
interface Waiter {
  startsAt: number;
  schedule(): void;
}

/**
 * A leaky bucket by the generic cell rate algorithm (GCRA): its state is one point in time. Each call moves that point on by
 * an interval when it arrives, and it may be ahead of the clock by a burst.
 *
 * @param time - A clock in milliseconds that never decreases.
 */
export function limiter({ intervalMs, burstSize }: Rate, time: () => number): Limiter {
  const aheadMs = (burstSize - 1) * intervalMs;
  const waiters = new Set<Waiter>(); // in the order of arrival
  const movesUp = !isolatesRequests();
  let bookedUntil = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;

  function now(): number {
    last = Math.max(last, time());
    return last;
  }

  function book(): number {
    const startsAt = Math.max(bookedUntil - aheadMs, now());
    bookedUntil = Math.max(bookedUntil, now()) + intervalMs;
    return startsAt;
  }

  /** Gives back the interval of a call that left: the calls behind it move up. */
  function giveBack(waiter: Waiter): void {
    const behind = [...waiters].filter(({ startsAt }) => startsAt > waiter.startsAt);
    if (behind.length > 0 && !movesUp) return; // their timers cannot be set from here
    bookedUntil -= intervalMs;
    for (const each of behind) {
      each.startsAt -= intervalMs;
      each.schedule();
    }
  }

  return {
    get waiting() {
      for (const waiter of waiters) {
        if (waiter.startsAt >= now()) break;
        waiters.delete(waiter); // it is late, or its request has ended without a signal
      }
      return waiters.size;
    },
    get delayMs() {
      return Math.max(0, bookedUntil - aheadMs - now());
    },
    async acquire({ signal, background }) {
      throwIfAborted(signal);
      const startsAt = book();
      if (startsAt <= now()) return;
      await new Promise<void>((resolve, reject) => {
        let stopTimer = (): void => {};
        const waiter: Waiter = {
          startsAt,
          schedule() {
            stopTimer();
            stopTimer = startTimer(start, Math.max(0, waiter.startsAt - now()), background);
          },
        };
        const end = (): void => {
          stopTimer();
          stopListening();
          waiters.delete(waiter);
        };
        const start = (): void => {
          end();
          last = Math.max(last, waiter.startsAt); // the timer has measured this time, even if the clock has not moved
          resolve();
        };
        const leave = (reason: unknown): void => {
          end();
          giveBack(waiter);
          reject(reason);
        };
        const stopListening = onAbort(signal, leave);
        waiters.add(waiter);
        waiter.schedule();
      });
    },
  };
}
