import { expect, it, onTestFinished, vi } from 'vitest';
import { isSettled, remainingMs, settled, settledLater } from './provider.js';
import { seal } from './secret.js';

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

it.each([undefined, null, 'text', 5, {}, () => 'text', Promise.resolve(seal('value'))])(
  'isSettled does not hold for anything that settled did not make: %s',
  (thing) => {
    expect(isSettled(thing)).toBe(false);
  },
);

it('settledLater returns the promise of the first value, each time', async () => {
  const settle = settledLater();
  const promise = settle(seal('one'));
  expect(settle(seal('two'))).toBe(promise);
  expect(isSettled(promise)).toBe(true);
  expect((await promise).reveal()).toBe('one');
});

it('settled needs a secret', () => {
  expect(() => settled('text' as never)).toThrow(/settled: secret must be a Secret/);
});
