import { kindOf } from '../checks/check-options.js';

// Functions that a caller injects (hooks, clocks, random sources), made safe to use.

/** Calls a hook, if there is one. Its exception or rejection is ignored. */
export function notify<E>(hook: ((event: E) => unknown) | undefined, event: E): void {
  ignoreErrors(() => hook?.(event));
}

/** Returns the result, or `undefined` if there is an exception. The rejection of a promise is ignored, too. */
export function ignoreErrors<T>(run: () => T): T | undefined {
  try {
    const result = run();
    kindOf(result); // it may be an async function
    return result;
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
export function monotonicClock(now: () => number, onSetBack?: (reading: number) => void): MonotonicClock {
  const clock = {
    offsetMs: 0,
    setBackAt: Number.POSITIVE_INFINITY,
    read() {
      const reading = now();
      return reading >= held.last ? (held.last = reading) : afterStepBack(reading); // short, so that V8 inlines it
    },
  };
  const held = { last: Number.NEGATIVE_INFINITY }; // a field of a number is written in place, a variable is not

  function afterStepBack(reading: number): number {
    if (reading < held.last - toleratedMs) {
      clock.offsetMs += held.last - reading;
      clock.setBackAt = reading + clock.offsetMs;
      held.last = reading;
      onSetBack?.(reading);
    }
    return held.last; // also of a broken clock, NaN, which makes nothing fresh
  }

  return clock;
}
