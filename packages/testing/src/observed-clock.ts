import type { FakeClock } from './fake-clock.js';

/**
 * Returns a clock over another one. Its `advance` throws while nothing has read it and `mustBeRead` returns true: a test of an
 * outage would pass and test nothing.
 */
export function observedClock(clock: FakeClock, mustBeRead: () => boolean): FakeClock {
  let isRead = false;
  return {
    now() {
      isRead = true;
      return clock.now();
    },
    advance(ms) {
      if (!isRead && mustBeRead()) {
        throw new Error(
          'fakeSecrets: clock.advance has no effect, since nothing reads the clock. Pass its now to each layer and to the client: cache({ now: fake.clock.now }).',
        );
      }
      clock.advance(ms);
    },
  };
}
