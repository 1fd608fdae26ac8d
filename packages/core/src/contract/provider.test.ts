import { expect, it, onTestFinished, vi } from 'vitest';
import { remainingMs } from './provider.js';

it.each([
  [{ deadline: 1_500 }, 500],
  [{ deadline: 1_000 }, 0],
  [{ deadline: 10 }, 0],
  [{}, Infinity],
])('remainingMs of %j is %d at 1000', (ctx, expected) => {
  expect(remainingMs(ctx, () => 1_000)).toBe(expected);
});

it.each([0, 120_000, -120_000])('remainingMs is not changed by a step of the wall clock: by %d ms', (by) => {
  const deadline = performance.timeOrigin + performance.now() + 60_000;
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + by });
  onTestFinished(() => void vi.useRealTimers());
  const left = remainingMs({ deadline });
  expect(left).toBeGreaterThan(50_000);
  expect(left).toBeLessThanOrEqual(60_000);
});
