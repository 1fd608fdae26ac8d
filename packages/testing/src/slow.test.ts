import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeSecrets } from './fake-secrets.js';
import { slow } from './slow.js';
import { watchedSignal } from './watched-signal.js';

const backend = () => fakeSecrets({ initial: { a: 'of a' } }).provider;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('slow', () => {
  it('answers after its delay', async () => {
    const call = slow(backend(), 200).get({ name: 'a' }, {});
    await vi.advanceTimersByTimeAsync(199);
    await expect(Promise.race([call, Promise.resolve('in flight')])).resolves.toBe('in flight');
    await vi.advanceTimersByTimeAsync(1);
    expect((await call)?.reveal()).toBe('of a');
  });

  it('ends its delay on an abort, and leaves neither a timer nor a listener', async () => {
    const caller = new AbortController();
    const call = slow(backend(), 200).get({ name: 'a' }, { signal: caller.signal });
    caller.abort('cancelled');
    await expect(call).rejects.toBe('cancelled');
    expect(vi.getTimerCount()).toBe(0);
    const { signal, listeners } = watchedSignal();
    const other = slow(backend(), 200).get({ name: 'a' }, { signal });
    await vi.advanceTimersByTimeAsync(200);
    await other;
    expect(listeners()).toBe(0);
  });

  it('does not wait for a call that was aborted before', async () => {
    const call = slow(backend(), 200).get({ name: 'a' }, { signal: AbortSignal.abort('cancelled') });
    await expect(call).rejects.toBe('cancelled');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('refuses a delay that is not a number', () => {
    expect(() => slow(backend(), Number.NaN)).toThrow(RangeError);
    expect(() => slow(backend(), '200' as never)).toThrow(/^slow: delayMs .* got string/);
  });
});
