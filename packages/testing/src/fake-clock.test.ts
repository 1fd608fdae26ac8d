import { expect, it } from 'vitest';
import { fakeClock } from './fake-clock.js';

it('a fake clock moves only when it is advanced, forward or backwards', () => {
  const { now, advance } = fakeClock(new Date(1_000));
  expect([now(), now()]).toEqual([1_000, 1_000]);
  advance(500);
  advance(-200);
  expect(now()).toBe(1_300);
});
