// A wall clock is corrected by small steps all the time; a larger one backwards means that it was wrong.
const toleratedMs = 1_000;

/** The wall clock as a cache may trust it. */
export interface Clock {
  /** Epoch milliseconds, never less than the reading before, except when the clock was set back. */
  read(): number;
  /** Changes when the clock was set back: what was dated before cannot be compared with what is dated after. */
  readonly era: number;
}

/** A clock that takes small steps backwards for no time passed, and a larger one for a new era. */
export function steadyClock(now: () => number): Clock {
  let last = Number.NEGATIVE_INFINITY;
  let era = 0;
  return {
    read() {
      const reading = now();
      if (reading < last - toleratedMs) era += 1;
      else if (reading < last) return last;
      last = reading;
      return reading;
    },
    get era() {
      return era;
    },
  };
}
