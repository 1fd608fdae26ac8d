import type { CallContext } from '@secretkit/core/provider';

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

/**
 * A leaky bucket by the generic cell rate algorithm (GCRA): its only state is one point in time. Each call moves that point
 * on by an interval, and it may be ahead of the clock by a burst.
 *
 * @param time - A clock in milliseconds that never decreases.
 */
export function limiter({ intervalMs, burstSize }: Rate, time: () => number): Limiter {
  const aheadMs = (burstSize - 1) * intervalMs;
  const queue = new Set<() => void>(); // in the order of arrival
  let bookedUntil = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined; // runs while a call waits
  let awaited = 0; // the calls in the queue that somebody waits for; without one the timer keeps no process alive

  function now(): number {
    last = Math.max(last, time());
    return last;
  }

  function nextInMs(): number {
    return Math.max(0, bookedUntil - aheadMs - now());
  }

  function book(): void {
    bookedUntil = Math.max(bookedUntil, now()) + intervalMs;
  }

  function schedule(): void {
    const delayMs = nextInMs();
    const dueAt = now() + delayMs;
    timer = setTimeout(() => {
      last = Math.max(last, dueAt); // the timer has measured this time, even if the clock has not moved
      admit();
    }, delayMs);
    keepAlive();
  }

  function keepAlive(): void {
    const handle: { ref?(): unknown; unref?(): unknown } | undefined = timer; // a number in browsers
    if (awaited > 0) handle?.ref?.();
    else handle?.unref?.();
  }

  function admit(): void {
    for (const first of queue) {
      if (nextInMs() > 0) {
        schedule();
        return;
      }
      queue.delete(first);
      book();
      first();
    }
  }

  const limiter: Limiter = {
    get waiting() {
      return queue.size;
    },
    get delayMs() {
      return nextInMs() + queue.size * intervalMs;
    },
    async acquire({ signal, background }) {
      signal?.throwIfAborted();
      if (limiter.delayMs === 0) {
        book();
        return;
      }
      await new Promise<void>((resolve, reject) => {
        let isAwaited = false;
        const join = (): void => {
          isAwaited = true;
          awaited += 1;
          keepAlive();
        };
        const end = (): void => {
          signal?.removeEventListener('abort', leave);
          background?.removeEventListener('abort', join);
          if (isAwaited) awaited -= 1;
          keepAlive();
        };
        const admitted = (): void => {
          end();
          resolve();
        };
        const leave = (): void => {
          end();
          queue.delete(admitted);
          if (queue.size === 0) clearTimeout(timer);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', leave, { once: true });
        queue.add(admitted);
        if (queue.size === 1) schedule();
        if (!background || background.aborted) join();
        else background.addEventListener('abort', join, { once: true });
      });
    },
  };
  return limiter;
}
