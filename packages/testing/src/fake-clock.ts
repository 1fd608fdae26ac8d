import { kindOf } from '@secretkit/core/provider';

/** A clock that moves only when a test moves it. Its functions need no `this`: pass `now` to any option of that name. */
export interface FakeClock {
  /** Returns epoch milliseconds. */
  readonly now: () => number;
  /** Moves the clock forward by some milliseconds; backwards if they are negative. */
  readonly advance: (ms: number) => void;
}

/**
 * Returns a clock for every option named `now`. It moves no timers: use the fake timers of your test runner for those.
 *
 * @param startsAt - Its first reading. @defaultValue 2030-01-01T00:00:00Z
 * @throws `TypeError` for anything but a valid Date; `advance` for anything but a finite number.
 * @example
 * ```ts
 * import { cache } from '@secretkit/middleware/cache';
 * import { fakeClock } from '@secretkit/testing';
 *
 * const clock = fakeClock();
 * const middleware = cache({ ttlMs: 60_000, now: clock.now });
 * clock.advance(60_000);
 * ```
 */
export function fakeClock(startsAt: Date = new Date('2030-01-01T00:00:00Z')): FakeClock {
  let ms = checked('startsAt must be a valid Date', Number((startsAt as Partial<Date> | null)?.getTime?.()));
  return {
    now: () => ms,
    advance(by) {
      ms += checked('ms of advance must be a finite number', by);
    },
  };
}

function checked(expected: string, ms: number): number {
  if (Number.isFinite(ms)) return ms;
  throw new TypeError(`fakeClock: ${expected}, got ${kindOf(ms)}.`);
}
