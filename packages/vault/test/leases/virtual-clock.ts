import { abortable } from '@secretkit/core/provider';
import type { LeaseClock } from '../../src/leases/lease-clock.js';

/** A clock whose timers run when a test advances it. */
export interface VirtualClock extends LeaseClock {
  /** Moves both clocks, and runs the timers on the way, each after the work of the one before. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock only, as an administrator or a machine that wakes up does. */
  setWall(byMs: number): void;
  /** The number of timers that wait. */
  readonly timers: number;
}

export function virtualClock(): VirtualClock {
  const start = Date.UTC(2030, 0, 1);
  let elapsedMs = 0;
  let wallOffsetMs = 0;
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>();

  function timer(ms: number, run: () => void): () => void {
    const own = { atMs: elapsedMs + Math.max(0, ms), run };
    timers.add(own);
    return () => void timers.delete(own);
  }

  return {
    read: () => ({ wallMs: start + elapsedMs + wallOffsetMs, monotonicMs: elapsedMs }),
    timer,
    pause: (ms, signal) => abortable(new Promise<void>((resolve) => void timer(ms, resolve)), signal),
    async advance(ms) {
      const endMs = elapsedMs + ms;
      for (let count = 0; ; count += 1) {
        await microtasks();
        const [next] = [...timers].sort((one, other) => one.atMs - other.atMs);
        if (!next || next.atMs > endMs) break;
        if (count > 100_000) throw new Error('the timers form a loop.');
        timers.delete(next);
        elapsedMs = Math.max(elapsedMs, next.atMs);
        next.run();
      }
      elapsedMs = endMs;
      await microtasks();
    },
    setWall(byMs) {
      wallOffsetMs += byMs;
    },
    get timers() {
      return timers.size;
    },
  };
}

function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
