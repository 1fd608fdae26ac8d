import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTimer } from './start-timer.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks(); // first: a spy would put back the timer that it replaced
  vi.useRealTimers();
});

/** Starts a timer of 100 ms. */
function start(background?: AbortSignal) {
  const runs: string[] = [];
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const stop = startTimer(() => runs.push('run'), 100, background);
  const timer = timers.mock.results.at(-1)?.value as NodeJS.Timeout;
  return { runs, stop, isAlive: () => timer.hasRef() };
}

describe('a timer', () => {
  it('runs after the delay, and not after it was stopped', async () => {
    const [timer, stopped] = [start(), start()];
    stopped.stop();
    await vi.advanceTimersByTimeAsync(100);
    expect([timer.runs, stopped.runs]).toEqual([['run'], []]);
  });

  it('keeps the process alive, unless nobody waits for the call', () => {
    const joined = new AbortController();
    joined.abort();
    expect(
      [start(), start(joined.signal), start(new AbortController().signal)].map(({ isAlive }) => isAlive()),
    ).toEqual([true, true, false]);
  });

  it('keeps the process alive from when a reader joins, and runs', async () => {
    const background = new AbortController();
    const timer = start(background.signal);
    background.abort();
    expect(timer.isAlive()).toBe(true);
    await vi.advanceTimersByTimeAsync(100);
    expect(timer.runs).toEqual(['run']);
  });

  it('leaves no listener and no timer when it is stopped', () => {
    const { signal } = new AbortController();
    const { stop } = start(signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    stop();
    expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('works where a timer is a number', () => {
    vi.spyOn(globalThis, 'setTimeout').mockReturnValue(1 as never);
    const background = new AbortController();
    const stop = startTimer(() => undefined, 100, background.signal);
    background.abort();
    expect(stop).not.toThrow();
  });
});
