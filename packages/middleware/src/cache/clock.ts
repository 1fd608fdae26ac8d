import { monotonicClock } from '@secretkit/core/middleware';

/** One moment, by two clocks. */
export interface Now {
  /** The reading of the wall clock, in epoch milliseconds. Expiries and hits follow it. */
  readonly wallMs: number;
  /** Time that never decreases, in milliseconds. Waits, cooldowns and stale bounds follow it. */
  readonly monotonicMs: number;
}

export interface CacheClock {
  /** Reads the wall clock alone. A hit needs no more. */
  wallMs(): number;
  now(): Now;
}

/** @param onSetBack - Called when the wall clock has been set back: values in memory are stale from now on. */
export function cacheClock(now: () => number, onSetBack: (now: Now) => void): CacheClock {
  const clock = monotonicClock(now);
  let offsetMs = 0;
  const at = (wallMs: number): Now => ({ wallMs, monotonicMs: wallMs + clock.offsetMs });

  function wallMs(): number {
    const reading = clock.read();
    if (clock.offsetMs !== offsetMs) {
      ({ offsetMs } = clock);
      onSetBack(at(reading));
    }
    return reading;
  }

  return { wallMs, now: () => at(wallMs()) };
}
