import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { abortable } from './abortable.js';

const never = new Promise<never>(() => undefined);

describe('what cannot be told to stop', () => {
  it('releases its caller when the signal fires, with the very reason', async () => {
    const caller = new AbortController();
    const released = abortable(never, caller.signal);
    const reason = { any: 'thing' };
    caller.abort(reason);
    await expect(released).rejects.toBe(reason);
  });

  it('releases its caller also when the signal fired while it was begun', async () => {
    await expect(abortable(never, AbortSignal.abort('enough'))).rejects.toBe('enough');
  });

  it.each([
    ['answers', async (): Promise<unknown> => 'value', { status: 'fulfilled', value: 'value' }],
    ['fails', (): Promise<unknown> => Promise.reject('broken'), { status: 'rejected', reason: 'broken' }],
  ] as const)('leaves no listener when it %s', async (_, work, expected) => {
    const { signal } = new AbortController();
    const [outcome] = await Promise.allSettled([abortable(work(), signal)]);
    expect(outcome).toEqual(expected);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('that fails after its caller has left is nobody’s failure', async () => {
    const caller = new AbortController();
    let fail: (why: string) => void = () => undefined;
    const work = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const released = abortable(work, caller.signal);
    caller.abort('enough');
    fail('too late');
    await expect(released).rejects.toBe('enough');
  });
});
