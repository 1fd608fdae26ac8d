/** How fast calls may follow one another. */
export interface Pace {
  /** The time between calls when there are many, in milliseconds. */
  readonly intervalMs: number;
  /** How many may come at once after a while without any. */
  readonly burstSize: number;
}

/** Lets calls through in the order they came, and never faster than its pace. */
export interface Limiter {
  /** How many are waiting. */
  readonly waiting: number;
  /** How long one that comes now would have to wait, in milliseconds; less if others give up. */
  readonly delayMs: number;
  /** Resolves when it is the caller's turn, or rejects with the signal's reason as soon as it fires. */
  turn(signal: AbortSignal | undefined): Promise<void>;
}

/**
 * The generic cell rate algorithm: one point in time is all there is to remember. Each call moves it on by an interval,
 * and it may be ahead of the clock by a burst.
 *
 * @param time - In milliseconds; it never goes back.
 */
export function limiter({ intervalMs, burstSize }: Pace, time: () => number): Limiter {
  const aheadMs = (burstSize - 1) * intervalMs;
  const queue = new Set<() => void>(); // in the order they came
  let bookedUntil = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined; // runs while somebody waits

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
      last = Math.max(last, dueAt); // the timer has measured it, whatever the clock shows
      admit();
    }, delayMs);
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
    async turn(signal) {
      signal?.throwIfAborted();
      if (limiter.delayMs === 0) {
        book();
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const admitted = (): void => {
          signal?.removeEventListener('abort', leave);
          resolve();
        };
        const leave = (): void => {
          queue.delete(admitted);
          if (queue.size === 0) clearTimeout(timer);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', leave, { once: true });
        queue.add(admitted);
        if (queue.size === 1) schedule();
      });
    },
  };
  return limiter;
}
