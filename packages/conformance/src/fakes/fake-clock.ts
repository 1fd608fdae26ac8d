/** A clock that stands still until it is moved. Its functions need no `this`: hand `now` to whatever takes one. */
export interface FakeClock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Moves it on; back, if negative. */
  readonly advance: (ms: number) => void;
}

/**
 * A clock for everything that takes a `now`. It moves no timers: use your test runner's for those.
 *
 * @param startsAt - What it shows first.
 * @example
 * ```ts
 * import { fakeClock } from '@secretkit/conformance';
 * import { cache } from '@secretkit/middleware/cache';
 *
 * const clock = fakeClock();
 * const middleware = cache({ ttlMs: 60_000, now: clock.now });
 * clock.advance(60_000);
 * ```
 */
export function fakeClock(startsAt: Date = new Date('2030-01-01T00:00:00Z')): FakeClock {
  let ms = startsAt.getTime();
  return {
    now: () => ms,
    advance(by) {
      ms += by;
    },
  };
}
