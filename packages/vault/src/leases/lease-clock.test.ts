import { afterEach, describe, expect, it, vi } from 'vitest';
import { leaseClock } from './lease-clock.js';

describe('the clock of leases', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is the wall clock and a monotonic one; a given clock is both', () => {
    const { wallMs, monotonicMs } = leaseClock().read();
    expect(Math.abs(wallMs - Date.now())).toBeLessThan(60_000);
    expect(monotonicMs).toBeLessThanOrEqual(performance.now());
    expect(leaseClock(() => 5).read()).toEqual({ wallMs: 5, monotonicMs: 5 });
  });

  it('has timers that can be ended, and that are never longer than those of the runtime', () => {
    vi.useFakeTimers();
    const run = vi.fn();
    leaseClock().timer(1e12, run);
    vi.advanceTimersByTime(2_147_483_646);
    expect(run).not.toHaveBeenCalled(); // a longer one would fire at once
    leaseClock().timer(1_000, run)();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('has pauses that end with their signal', async () => {
    vi.useFakeTimers();
    const ended = new AbortController();
    const pause = leaseClock().pause(1_000, ended.signal);
    ended.abort('ended');
    await expect(pause).rejects.toBe('ended');
    expect(vi.getTimerCount()).toBe(0);
  });
});
