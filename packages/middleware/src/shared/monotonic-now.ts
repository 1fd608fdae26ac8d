/**
 * Returns the time in the milliseconds of `ctx.deadline`: the start of the process in epoch milliseconds, plus the time since.
 * A step of the wall clock does not change it.
 */
export function monotonicNow(): number {
  return performance.timeOrigin + performance.now();
}
