// A wall clock is corrected by small steps all the time; a larger one backwards means that it was wrong.
const toleratedMs = 1_000;

/** The wall clock as a cache may trust it. */
export interface Clock {
  /** Epoch milliseconds, never less than the reading before, except when the clock was set back. */
  read(): number;
  /** By how much the clock has been set back so far. A reading plus this never goes back. */
  readonly setBackMs: number;
  /** When it was set back last, on the time that never goes back. */
  readonly setBackAt: number;
}

/** A clock that takes small steps backwards for no time passed, and keeps count of larger ones. */
export function steadyClock(now: () => number): Clock {
  let last = Number.NEGATIVE_INFINITY;
  const clock = {
    setBackMs: 0,
    setBackAt: Number.POSITIVE_INFINITY,
    read() {
      const reading = now();
      if (reading === last) return last; // as most are: nothing to write down
      if (Number.isNaN(reading)) return last; // a broken clock makes nothing fresh
      if (reading < last) {
        if (reading >= last - toleratedMs) return last;
        clock.setBackMs += last - reading;
        clock.setBackAt = reading + clock.setBackMs;
      }
      last = reading;
      return reading;
    },
  };
  return clock;
}
