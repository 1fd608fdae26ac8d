import { monotonicNow } from './monotonic-now.js';

/** The clocks of a layer: the wall clock for ages, the monotonic one for waits. */
export interface Clocks {
  readonly wallMs: () => number;
  readonly monotonicMs: () => number;
}

/** @param now - A test's clock, for both. */
export function clocksOf(now: (() => number) | undefined): Clocks {
  return { wallMs: now ?? Date.now, monotonicMs: now ?? monotonicNow };
}
