import { describe, expect, it, vi } from 'vitest';
import { boundedRandom, ignoreErrors, monotonicClock, notify } from './injected.js';

describe('boundedRandom', () => {
  it.each([
    [0, 0],
    [0.5, 0.5],
    [1, 1],
    [-1, 0],
    [7, 1],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NEGATIVE_INFINITY, 0],
    ['a text', 0],
    [undefined, 0],
  ])('returns for %s the number %d', (drawn, bounded) => {
    expect(boundedRandom(() => drawn as number)()).toBe(bounded);
  });
});

describe('notify', () => {
  it('calls the hook with the event', () => {
    const hook = vi.fn();
    notify(hook, { type: 'hit' });
    expect(hook.mock.calls).toEqual([[{ type: 'hit' }]]);
  });

  it('does nothing without a hook', () => {
    expect(() => notify(undefined, 'event')).not.toThrow();
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('CANARY');
      },
    ],
    ['rejects', () => Promise.reject(new Error('CANARY'))],
    [
      'returns a thenable that throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: the thenable is the test
        then() {
          throw new Error('CANARY');
        },
      }),
    ],
  ])('ignores a hook that %s', async (_, hook) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    expect(() => notify(hook, 'event')).not.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('does not wait for an async hook', () => {
    notify(() => new Promise(() => undefined), 'event');
  });
});

describe('ignoreErrors', () => {
  it('returns the result', () => {
    expect(ignoreErrors(() => 5)).toBe(5);
  });

  it('returns undefined if there is an exception', () => {
    expect(
      ignoreErrors((): number => {
        throw new Error('CANARY');
      }),
    ).toBeUndefined();
  });
});

describe('monotonicClock', () => {
  const reading = (...times: number[]) => {
    const clock = monotonicClock(() => times.shift() ?? Number.NaN);
    return { clock, read: () => [clock.read(), clock.offsetMs] };
  };

  it('returns the wall clock while it runs forwards', () => {
    const { clock, read } = reading(1_000, 1_000, 5_000);
    expect([read(), read(), read()]).toEqual([
      [1_000, 0],
      [1_000, 0],
      [5_000, 0],
    ]);
    expect(clock.setBackAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('ignores a small step backwards', () => {
    const { read } = reading(10_000, 9_000, 9_999, 10_001);
    expect([read(), read(), read(), read()]).toEqual([
      [10_000, 0],
      [10_000, 0],
      [10_000, 0],
      [10_001, 0],
    ]);
  });

  it('counts larger steps backwards in its offset, so that a reading plus the offset never decreases', () => {
    const { clock, read } = reading(10_000, 4_000, 5_000, 1_000);
    expect([read(), read()]).toEqual([
      [10_000, 0],
      [4_000, 6_000],
    ]);
    expect(clock.setBackAt).toBe(10_000);
    expect([read(), read()]).toEqual([
      [5_000, 6_000],
      [1_000, 10_000],
    ]);
    expect(clock.setBackAt).toBe(11_000);
  });

  it('returns the reading before if the wall clock is broken', () => {
    const { read } = reading(10_000, Number.NaN, 10_001);
    expect([read(), read(), read()]).toEqual([
      [10_000, 0],
      [10_000, 0],
      [10_001, 0],
    ]);
  });

  it('returns minus infinity, at which nothing is fresh, before the first valid reading', () => {
    expect(reading(Number.NaN).read()).toEqual([Number.NEGATIVE_INFINITY, 0]);
  });
});
