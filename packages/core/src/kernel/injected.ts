// Functions that a caller injects (hooks, clocks, random sources), made safe to use.

/** Calls a hook, if there is one. Its exception or rejection is ignored. */
export function notify<E>(hook: ((event: E) => unknown) | undefined, event: E): void {
  void ignoreErrors(() => Promise.resolve(hook?.(event)).catch(() => undefined)); // it may be an async function
}

/** Returns the result, or `undefined` if there is an exception. */
export function ignoreErrors<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** Returns numbers in [0, 1], whatever the source returns: a broken one must not keep a value, or call, for ever. */
export function boundedRandom(random: () => unknown): () => number {
  return () => Math.min(1, Math.max(0, Number(random()) || 0));
}

/** A wall clock whose steps backwards are counted. */
export interface MonotonicClock {
  /** Returns epoch milliseconds, never less than the reading before, except when the clock was set back. */
  read(): number;
  /** How far the clock has been set back so far, in milliseconds. A reading plus this offset never decreases. */
  readonly offsetMs: number;
  /** When it was last set back, as a reading plus the offset. */
  readonly setBackAt: number;
}

const toleratedMs = 1_000; // a wall clock is corrected by small steps all the time; a larger one means that it was wrong

/** Returns a clock that ignores small steps backwards, and counts larger ones in its offset. */
export function monotonicClock(now: () => number): MonotonicClock {
  let last = Number.NEGATIVE_INFINITY;
  const clock = {
    offsetMs: 0,
    setBackAt: Number.POSITIVE_INFINITY,
    read() {
      const reading = now();
      if (reading === last || Number.isNaN(reading)) return last; // a broken clock makes nothing fresh
      if (reading < last) {
        if (reading >= last - toleratedMs) return last;
        clock.offsetMs += last - reading;
        clock.setBackAt = reading + clock.offsetMs;
      }
      last = reading;
      return reading;
    },
  };
  return clock;
}
