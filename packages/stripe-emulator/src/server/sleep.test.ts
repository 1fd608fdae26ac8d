import { expect, test, vi } from 'vitest';
import { sleep } from './sleep.js';

const never = new AbortController().signal;

test('resolves after the delay', async () => {
  vi.useFakeTimers();
  try {
    let done = false;
    const waiting = sleep(1000, never).then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
  } finally {
    vi.useRealTimers();
  }
});

test('resolves when the signal aborts, and clears its timer', async () => {
  vi.useFakeTimers();
  try {
    const controller = new AbortController();
    const waiting = sleep(60_000, controller.signal);
    expect(vi.getTimerCount()).toBe(1);
    controller.abort();
    await waiting;
    expect(vi.getTimerCount()).toBe(0);
    await sleep(60_000, controller.signal);
  } finally {
    vi.useRealTimers();
  }
});
