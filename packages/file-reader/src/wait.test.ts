import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { wait } from './wait.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks(); // first: a spy would put back the timer that it replaced
  vi.useRealTimers();
});

it('ends after its delay, and leaves no listener', async () => {
  const { signal } = new AbortController();
  const waiting = wait(50, { signal, background: signal });
  await vi.advanceTimersByTimeAsync(50);
  await waiting;
  expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);
});

it.each(['before', 'after'])(
  'rejects with the reason of a signal that fires %s its start',
  async (moment) => {
    const controller = new AbortController();
    if (moment === 'before') controller.abort('enough');
    const waiting = wait(50, { signal: controller.signal });
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    expect([getEventListeners(controller.signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);
  },
);

it('keeps the process alive, unless nobody waits for the call, and again once a reader joins', () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const last = (): NodeJS.Timeout => timers.mock.results.at(-1)?.value as NodeJS.Timeout;
  void wait(50, {});
  expect(last().hasRef()).toBe(true);
  const background = new AbortController();
  void wait(50, { background: background.signal });
  expect(last().hasRef()).toBe(false);
  background.abort();
  expect(last().hasRef()).toBe(true);
});

it('has one listener on a signal, for any number of waits', () => {
  const [{ signal }, background] = [new AbortController(), new AbortController()];
  for (let i = 0; i < 12; i += 1) void wait(50, { signal, background: background.signal });
  expect([signal, background.signal].map((each) => getEventListeners(each, 'abort').length)).toEqual([1, 1]);
});
