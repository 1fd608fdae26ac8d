import { expect, it } from 'vitest';
import { remainingMs } from './provider.js';

it.each([
  [{ deadline: 1_500 }, 500],
  [{ deadline: 1_000 }, 0],
  [{ deadline: 10 }, 0],
  [{}, Infinity],
])('remainingMs of %j is %d at 1000', (ctx, expected) => {
  expect(remainingMs(ctx, () => 1_000)).toBe(expected);
});

it('remainingMs reads the clock of today without another one', () => {
  const left = remainingMs({ deadline: Date.now() + 60_000 });
  expect(left).toBeGreaterThan(50_000);
  expect(left).toBeLessThanOrEqual(60_000);
});
