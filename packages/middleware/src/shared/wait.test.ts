import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { wait } from './wait.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('ends after the delay, and leaves no listener', async () => {
  const { signal } = new AbortController();
  let ended = false;
  const waiting = wait(100, { signal }).then(() => {
    ended = true;
  });
  await vi.advanceTimersByTimeAsync(99);
  expect([ended, getEventListeners(signal, 'abort').length]).toEqual([false, 1]);
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect([ended, getEventListeners(signal, 'abort').length]).toEqual([true, 0]);
});

it('rejects with the same reason at an abort, and leaves no timer', async () => {
  const caller = new AbortController();
  const waiting = wait(100, { signal: caller.signal });
  caller.abort('enough');
  await expect(waiting).rejects.toBe('enough');
  expect(vi.getTimerCount()).toBe(0);
  await expect(wait(100, { signal: caller.signal })).rejects.toBe('enough');
  expect(vi.getTimerCount()).toBe(0);
});

it('works without a signal', async () => {
  const waiting = wait(100, {});
  await vi.advanceTimersByTimeAsync(100);
  await waiting;
});
