import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createSecrets } from '../client/create-secrets.js';
import type { CallContext } from '../contract/provider.js';
import { abortable, abortReason, fanOutSignals, onAbort } from './abortable.js';

const never = new Promise<never>(() => undefined);

describe('abortable', () => {
  it('rejects with the reason of the signal when it fires', async () => {
    const caller = new AbortController();
    const released = abortable(never, caller.signal);
    const reason = { any: 'thing' };
    caller.abort(reason);
    await expect(released).rejects.toBe(reason);
  });

  it('rejects with the reason of a signal that fired before', async () => {
    await expect(abortable(never, AbortSignal.abort('enough'))).rejects.toBe('enough');
  });

  it.each([
    ['succeeds', async (): Promise<unknown> => 'value', { status: 'fulfilled', value: 'value' }],
    ['fails', (): Promise<unknown> => Promise.reject('broken'), { status: 'rejected', reason: 'broken' }],
  ] as const)('leaves no listener when the work %s', async (_, work, expected) => {
    const { signal } = new AbortController();
    const [outcome] = await Promise.allSettled([abortable(work(), signal)]);
    expect(outcome).toEqual(expected);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('handles a rejection that comes after the abort', async () => {
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

describe('onAbort', () => {
  it('has one listener on a signal, and calls back each that is left, once', () => {
    const caller = new AbortController();
    const seen: string[] = [];
    const [stop] = ['a', 'b', 'c'].map((name) => onAbort(caller.signal, () => seen.push(name)));
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    stop?.();
    stop?.();
    caller.abort();
    expect(seen).toEqual(['b', 'c']);
  });

  it('listens again after the last callback was removed', () => {
    const caller = new AbortController();
    const seen: string[] = [];
    onAbort(caller.signal, () => seen.push('a'))();
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    onAbort(caller.signal, () => seen.push('b'));
    caller.abort();
    expect(seen).toEqual(['b']);
  });

  it('keeps the listeners of twelve reads with one signal to one', async () => {
    const caller = new AbortController();
    const secrets = createSecrets({ name: 'hanging', get: () => never });
    const reads = Array.from({ length: 12 }, (_, at) => secrets.get(`s${at}`, { signal: caller.signal }));
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    caller.abort('enough');
    await expect(Promise.allSettled(reads)).resolves.toMatchObject(
      reads.map(() => ({ status: 'rejected', reason: 'enough' })),
    );
  });
});

describe('abortReason', () => {
  it.each(['enough', null, 0])('is the reason of the signal: %s', (reason) => {
    expect(abortReason(AbortSignal.abort(reason))).toBe(reason);
  });

  it('is an AbortError for the signal of a polyfill without a reason', () => {
    const reason = abortReason({ aborted: true } as AbortSignal);
    expect(reason).toBeInstanceOf(DOMException);
    expect(reason).toMatchObject({ name: 'AbortError', message: expect.stringMatching(/abort/) as unknown });
  });
});

describe('fanOutSignals', () => {
  it('gives each of several calls a signal of its own, which fires with that of the caller', async () => {
    const caller = new AbortController();
    const contexts: CallContext[] = [];
    const run = fanOutSignals({ signal: caller.signal, fresh: true }, 2, async (next) => {
      contexts.push(next(), next());
      caller.abort('enough');
      contexts.push(next());
      return 'done';
    });
    expect(await run).toBe('done');
    expect(new Set([caller.signal, ...contexts.map(({ signal }) => signal)]).size).toBe(4);
    expect(contexts.map(({ signal }) => signal?.reason as unknown)).toEqual(['enough', 'enough', 'enough']);
    expect(contexts.map(({ fresh }) => fresh)).toEqual([true, true, true]);
  });

  it('leaves no listener', async () => {
    const { signal } = new AbortController();
    await expect(fanOutSignals({ signal }, 2, () => Promise.reject('broken'))).rejects.toBe('broken');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it.each<[string, CallContext, number]>([
    ['one call', { signal: new AbortController().signal }, 1],
    ['a caller without a signal', { fresh: true }, 2],
  ])('passes the context of %s on', async (_, ctx, count) => {
    expect(await fanOutSignals(ctx, count, async (next) => next())).toBe(ctx);
  });
});
