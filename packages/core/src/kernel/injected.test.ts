import { expect, it } from 'vitest';
import { boundedRandom } from './injected.js';

it.each([
  [0, 0],
  [0.5, 0.5],
  [1, 1],
  [-1, 0],
  [7, 1],
  [Number.NaN, 0],
  [Number.POSITIVE_INFINITY, 1],
])('a source that answers %d stands for %d', (drawn, stands) => {
  expect(boundedRandom(() => drawn)()).toBe(stands);
});
