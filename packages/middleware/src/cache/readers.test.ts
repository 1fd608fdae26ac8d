import { describe, expect, it, vi } from 'vitest';
import { flush, outcome } from '../../test/held-backend.js';
import { plainCache, start, warm } from '../../test/plain-cache.js';

describe('concurrent readers', () => {
  it('of one secret make one call, however many there are (D19)', async () => {
    const kit = plainCache();
    const reads = Array.from({ length: 10_000 }, () => kit.secrets.get('a'));
    await kit.backend.call(0).answer('value-1');
    expect(new Set((await Promise.all(reads)).map((secret) => secret?.reveal()))).toEqual(
      new Set(['value-1']),
    );
    expect(kit.backend.calls).toHaveLength(1);
  });

  it('of different secrets, users and accounts make different calls', async () => {
    const kit = plainCache();
    const refs = [
      { name: 'a' },
      { name: 'b' },
      { name: 'a', scope: { user: 'u' } },
      { name: 'a', scope: { account: 'u' } },
      { name: 'a', scope: { account: 'u', user: 'u' } },
    ];
    const reads = refs.map((ref) => outcome(kit.secrets.get(ref)));
    for (const [at, call] of kit.backend.calls.entries()) await call.answer(`value-${at}`);
    expect(await Promise.all(reads)).toEqual(refs.map((_, at) => `value-${at}`));
  });

  it.each([new Error('enough'), 'a string', null, undefined])(
    'leave at their own abort, with its reason, while the others stay: %s',
    async (reason) => {
      const kit = plainCache();
      const controller = new AbortController();
      const leaving = kit.secrets.get('a', { signal: controller.signal });
      const staying = kit.secrets.get('a', { signal: new AbortController().signal });
      controller.abort(reason);
      expect(await outcome(leaving)).toBe(controller.signal.reason);
      expect(kit.backend.call(0).ctx.signal?.aborted).toBe(false);
      await kit.backend.call(0).answer('value-1');
      expect(await outcome(staying)).toBe('value-1');
    },
  );

  it('abort the call when the last one leaves, and the next reader starts a new one', async () => {
    const kit = plainCache();
    const controller = new AbortController();
    const reads = [1, 2, 3].map(() => outcome(kit.secrets.get('a', { signal: controller.signal })));
    controller.abort('gone');
    expect(await Promise.all(reads)).toEqual(['gone', 'gone', 'gone']);
    expect(kit.backend.call(0).ctx.signal?.aborted).toBe(true);

    const next = kit.secrets.get('a');
    await kit.backend.call(0).answer('too late');
    await kit.backend.call(1).answer('value-2');
    expect(await outcome(next)).toBe('value-2');
    expect(await outcome(kit.secrets.get('a'))).toBe('value-2');
  });

  it('leave one by one, also when one joined the call of another', async () => {
    const kit = plainCache();
    const [first, second] = [new AbortController(), new AbortController()];
    const reads = [first, second].map(({ signal }) => outcome(kit.stack.get({ name: 'a' }, { signal })));
    second.abort('second');
    await flush();
    expect(kit.backend.call(0).ctx.signal?.aborted).toBe(false);
    first.abort('first');
    expect(await Promise.all(reads)).toEqual(['first', 'second']);
    expect(kit.backend.call(0).ctx.signal?.aborted).toBe(true);
  });

  it('leave at their own deadline when they joined the call of another', async () => {
    vi.useFakeTimers();
    try {
      const kit = plainCache();
      const staying = outcome(kit.secrets.get('a'));
      const leaving = outcome(kit.stack.get({ name: 'a' }, { deadline: start + 100 }));
      await vi.advanceTimersByTimeAsync(100);
      expect(await leaving).toBe('timeout');
      await kit.backend.call(0).answer('value-1');
      expect(await staying).toBe('value-1');
    } finally {
      vi.useRealTimers();
    }
  });

  it('do not pass their signal, deadline or attempts to the call that they share', async () => {
    const kit = plainCache();
    const { signal } = new AbortController();
    void outcome(kit.stack.get({ name: 'a' }, { signal, deadline: start + 10, maxAttempts: 1 }));
    expect(kit.backend.call(0).ctx.signal).not.toBe(signal);
    expect(Object.keys(kit.backend.call(0).ctx)).toEqual(['signal']);
  });

  it('leave at their own deadline with a timeout', async () => {
    vi.useFakeTimers();
    try {
      const kit = plainCache();
      const leaving = outcome(kit.stack.get({ name: 'a' }, { deadline: start + 100 }));
      const staying = outcome(kit.secrets.get('a'));
      await vi.advanceTimersByTimeAsync(100);
      expect(await leaving).toBe('timeout');
      await kit.backend.call(0).answer('value-1');
      expect(await staying).toBe('value-1');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that are aborted beforehand make no call, and get no value from memory', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-1');
    const signal = AbortSignal.abort('beforehand');
    expect(await outcome(kit.stack.get({ name: 'a' }, { signal }))).toBe('beforehand');
    expect(await outcome(kit.stack.get({ name: 'b' }, { signal }))).toBe('beforehand');
    await expect(kit.stack.getMany([{ name: 'a' }], { signal })).rejects.toBe('beforehand');
    expect(kit.backend.calls).toHaveLength(1);
  });
});
