import { monotonicClock } from '@secretkit/core/middleware';

/** One moment, by two clocks. */
export interface Now {
  /** The reading of the wall clock, in epoch milliseconds. Expiries and hits follow it. */
  readonly wallMs: number;
  /** Time that never decreases, in milliseconds. Waits, cooldowns and stale bounds follow it. */
  readonly monotonicMs: number;
}

/** Returns the reading of the wall clock at a point in monotonic time. */
export function toWall(monotonicMs: number, now: Now): number {
  return monotonicMs - now.monotonicMs + now.wallMs;
}

/** The clocks of one cache. A given `now` drives both; without one, steps of the wall clock do not change any wait. */
export interface CacheClock {
  /** Reads the wall clock alone. A hit needs no more. */
  wallMs(): number;
  now(): Now;
  /** Returns how long it is until the deadline of a call, in milliseconds. */
  remainingMs(deadline: number): number;
}

// A wall clock is corrected by small steps all the time.
const toleratedMs = 1_000;

/** @param onSetBack - Called when the wall clock has been set back: values in memory are stale from now on. */
export function cacheClock(given: (() => number) | undefined, onSetBack: (now: Now) => void): CacheClock {
  const clock = monotonicClock(given ?? (() => Date.now()), (wallMs) => setBack(nowAt(wallMs)));
  const monotonic = given
    ? (wallMs: number): number => wallMs + clock.offsetMs
    : (): number => performance.timeOrigin + performance.now();
  const nowAt = (wallMs: number): Now => ({ wallMs, monotonicMs: monotonic(wallMs) });
  let lagMs = Number.POSITIVE_INFINITY; // of the wall clock, behind the monotonic one

  function setBack(now: Now): void {
    lagMs = now.monotonicMs - now.wallMs;
    onSetBack(now);
  }

  function readBoth(): Now {
    const now = nowAt(clock.read());
    const behindMs = now.monotonicMs - now.wallMs;
    if (behindMs > lagMs + toleratedMs) setBack(now); // between two readings that do not show it
    lagMs = Math.min(lagMs, behindMs);
    return now;
  }

  return {
    wallMs: clock.read,
    now: readBoth,
    remainingMs: (deadline) => deadline - (given ? clock.read() : monotonic(0)),
  };
}
