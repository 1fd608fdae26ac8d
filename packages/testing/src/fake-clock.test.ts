import { expect, it } from 'vitest';
import { fakeClock } from './fake-clock.js';

it('a fake clock moves only when it is advanced, forward or backwards', () => {
  const { now, advance } = fakeClock(new Date(1_000));
  expect([now(), now()]).toEqual([1_000, 1_000]);
  advance(500);
  advance(-200);
  expect(now()).toBe(1_300);
});

it.each(['1000', Number.NaN, Number.POSITIVE_INFINITY, undefined])(
  'a fake clock is not advanced by %s',
  (ms) => {
    const { now, advance } = fakeClock(new Date(1_000));
    expect(() => advance(ms as number)).toThrow('fakeClock: ms of advance must be a finite number');
    expect(now()).toBe(1_000);
  },
);

it.each(['2030-01-01', new Date(Number.NaN), 5, null])('a fake clock does not start at %s', (startsAt) => {
  expect(() => fakeClock(startsAt as Date)).toThrow('fakeClock: startsAt must be a valid Date');
});
