import { type Secret, SecretError, seal } from '@secretkit/core/provider';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, heldBackend, outcome } from '../../test/held-backend.js';
import { cacheClock, type Now } from './clock.js';
import { type CacheOptions, cache } from './index.js';

const start = 1_700_000_000_000;
const hour = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: start }); // and performance.now()
});
afterEach(() => {
  vi.restoreAllMocks(); // first: a spy would put back the timer that it replaced
  vi.useRealTimers();
});

/** A cache without a given `now`. */
function setUp(options: CacheOptions = {}) {
  const backend = heldBackend();
  const plain = { ttlMs: 60_000, jitter: 0, refreshAheadMs: 0, negativeTtlMs: 0, denialTtlMs: 0 };
  const stack = cache({ ...plain, staleIfErrorMs: 0, ...options })(backend.provider);
  /** Reads once, and answers the call that this starts, if any. Returns the outcome and whether there was a call. */
  async function read(answer?: string | SecretError | Secret) {
    const before = backend.calls.length;
    const reading = outcome(stack.get({ name: 'a' }, {}));
    const asked = backend.calls.length > before;
    if (asked && answer instanceof SecretError) await backend.call(before).fail(answer);
    else if (asked) await backend.call(before).answer(answer);
    return [await reading, asked];
  }
  return { backend, stack, read };
}

/** The wall clock is set; no time passes. */
const step = (ms: number) => vi.setSystemTime(Date.now() + ms);
const pass = (ms: number) => vi.advanceTimersByTime(ms);

describe('without a given now, a step of the wall clock', () => {
  it.each([
    [-1_000, false],
    [-1_001, true],
  ])('of %i ms since the last reading makes values stale: %s', async (ms, isStale) => {
    const { stack, read } = setUp();
    await read('old');
    pass(10_000);
    step(ms);
    void stack.getMany([{ name: 'b' }], {}); // reads both clocks
    expect(await read('new')).toEqual([isStale ? 'new' : 'old', isStale]);
  });

  it.each([-hour, hour])('of %i ms ends no cooldown and lengthens none', async (ms) => {
    const { read } = setUp({ staleIfErrorMs: 24 * hour, failureCooldownMs: 10_000 });
    await read('old');
    pass(60_000);
    expect(await read(failure('unavailable'))).toEqual(['old', true]);
    step(ms);
    pass(9_999);
    expect(await read()).toEqual(['old', false]);
    pass(1);
    expect(await read('new')).toEqual(['new', true]);
  });

  it.each([-hour, hour])('of %i ms ends no memory of a missing secret and lengthens none', async (ms) => {
    const { read } = setUp({ negativeTtlMs: 10_000 });
    await read(undefined);
    step(ms);
    pass(9_999);
    expect(await read()).toEqual([undefined, false]);
    pass(1);
    expect(await read('new')).toEqual(['new', true]);
  });

  it('back lengthens no bound of a stale value, also if nobody reads between', async () => {
    const { read } = setUp({ staleIfErrorMs: 10_000, failureCooldownMs: 0 });
    await read('old');
    pass(60_000 + 9_999);
    step(-hour);
    expect(await read(failure('unavailable'))).toEqual(['old', true]);
    pass(1);
    expect(await read(failure('unavailable'))).toEqual(['unavailable', true]);
  });

  it('forward makes a value stale early, and ends no bound', async () => {
    const { stack, backend, read } = setUp({ staleIfErrorMs: 10_000, failureCooldownMs: 0 });
    await read('old');
    step(hour);
    const reading = stack.get({ name: 'a' }, {});
    await backend.call(1).fail(failure('unavailable'));
    expect((await reading)?.staleSince).toEqual(new Date(start + 60_000));
    pass(60_000 + 9_999);
    expect(await read(failure('unavailable'))).toEqual(['old', true]);
    pass(1);
    expect(await read(failure('unavailable'))).toEqual(['unavailable', true]);
  });

  it('forward past an expiry means that the value has expired', async () => {
    const { read } = setUp({ ttlMs: 2 * hour, staleIfErrorMs: hour });
    await read(seal('old', { expiresAt: new Date(start + hour) }));
    step(hour);
    expect(await read(failure('unavailable'))).toEqual(['unavailable', true]);
  });

  it('while a call is in flight changes nothing of how long its answer is fresh', async () => {
    for (const ms of [-hour, hour]) {
      const { stack, backend, read } = setUp();
      const reading = outcome(stack.get({ name: 'a' }, {}));
      step(ms);
      await backend.call(0).answer('value');
      await reading;
      pass(59_999);
      expect(await read()).toEqual(['value', false]);
      pass(1);
      expect(await read('new')).toEqual(['new', true]);
    }
  });

  it('back that no hit can notice is noticed by the next read that is not a hit', async () => {
    const { stack, backend, read } = setUp();
    await read('old');
    pass(50_000);
    step(-40_000); // later than the last reading
    expect(await read()).toEqual(['old', false]);
    const other = outcome(stack.get({ name: 'b' }, {}));
    await backend.call(1).answer('of b');
    await other;
    expect(await read('new')).toEqual(['new', true]);
  });

  it('ends no wait of a reader with a deadline', async () => {
    for (const ms of [-hour, hour]) {
      const { stack, backend } = setUp();
      const deadline = performance.timeOrigin + performance.now() + 1_000;
      step(ms);
      const reading = outcome(stack.get({ name: 'a' }, { deadline }));
      expect(backend.calls).toHaveLength(1);
      pass(999);
      expect(backend.call(0).ctx.signal?.aborted).toBe(false);
      pass(1);
      expect(await reading).toBe('timeout');
    }
  });
});

describe('a given now', () => {
  it('drives all of it: a step of it is time passed', async () => {
    const clock = { ms: start };
    const now = (): number => clock.ms;
    const { read } = setUp({ now, staleIfErrorMs: 24 * hour, failureCooldownMs: 10_000 });
    await read('old');
    clock.ms += 60_000;
    expect(await read(failure('unavailable'))).toEqual(['old', true]);
    pass(hour);
    expect(await read()).toEqual(['old', false]);
    clock.ms += 10_000;
    expect(await read('new')).toEqual(['new', true]);
  });
});

describe('a hit', () => {
  it('reads the wall clock alone', async () => {
    const { read } = setUp();
    await read('value');
    const monotonic = vi.spyOn(performance, 'now');
    const wall = vi.spyOn(Date, 'now');
    expect(await read()).toEqual(['value', false]);
    expect([monotonic.mock.calls.length, wall.mock.calls.length]).toEqual([0, 1]);
  });
});

describe('the clock of a cache', () => {
  it('reports each step back of more than a second once, and small ones once they add up', () => {
    const steps: Now[] = [];
    const clock = cacheClock(undefined, (now) => steps.push(now));
    clock.now();
    for (const ms of [hour, -999, 500, -400]) {
      step(ms);
      clock.now();
    }
    expect(steps).toEqual([]);
    step(-200);
    pass(5);
    clock.now();
    expect(steps).toHaveLength(1);
    step(-hour);
    clock.wallMs();
    clock.now();
    expect(steps).toHaveLength(2);
  });
});
