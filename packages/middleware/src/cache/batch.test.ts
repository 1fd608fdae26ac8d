import { type CallContext, isSecret, type SecretProvider, seal } from '@secretkit/core/provider';
import { describe, expect, it, vi } from 'vitest';
import { failure, outcome } from '../../test/held-backend.js';
import { plainCache, start, warm } from '../../test/plain-cache.js';
import { cache } from './index.js';

describe('a batch', () => {
  it('fetches the secrets that are neither in memory nor in flight, in one call, and answers in order', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-a');
    const single = outcome(kit.secrets.get('b'));
    const batch = kit.secrets.getManySettled({ a: 'a', b: 'b', c: 'c', d: 'd', again: 'c' });
    expect(kit.backend.call(2).names).toEqual(['c', 'd']);
    await kit.backend.call(2).answer('value-c', undefined);
    await kit.backend.call(1).answer('value-b');
    const { a, b, c, d, again } = await batch;
    const revealed = [a, b, c, again].map((answer) => answer && 'reveal' in answer && answer.reveal());
    expect(revealed).toEqual(['value-a', 'value-b', 'value-c', 'value-c']);
    expect(d).toBeUndefined();
    expect(await single).toBe('value-b');
    expect(kit.backend.calls).toHaveLength(3);
  });

  it('is joined by single readers, and its answers are stored one by one, each with its own expiry', async () => {
    const kit = plainCache();
    const batch = kit.secrets.getMany({ a: 'a', b: 'b' });
    const single = outcome(kit.secrets.get('b'));
    await kit.backend.call(0).answer(seal('value-a', { expiresAt: new Date(start + 1_000) }), 'value-b');
    await batch;
    expect(await single).toBe('value-b');
    kit.clock.ms += 1_000;
    expect(kit.secrets.peek('a')).toBeUndefined();
    expect(kit.secrets.peek('b')?.reveal()).toBe('value-b');
  });

  it('returns a failure in its place, and stores the other answers', async () => {
    const kit = plainCache();
    const batch = kit.secrets.getManySettled({ a: 'a', b: 'b' });
    await kit.backend.call(0).answer(failure('permission_denied'), 'value-b');
    expect(await batch).toMatchObject({ a: { code: 'permission_denied' } });
    expect(kit.secrets.peek('b')?.reveal()).toBe('value-b');
  });

  it('that fails as a whole returns the failure for each secret that is not in memory', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-a');
    const batch = kit.secrets.getManySettled({ a: 'a', b: 'b', c: 'c' });
    await kit.backend.call(1).fail(failure('unavailable'));
    const { a, b, c } = await batch;
    expect([a, b, c]).toMatchObject([{}, { code: 'unavailable' }, { code: 'unavailable' }]);
    expect(b).toHaveProperty('ref.name', 'b');
  });

  it('is aborted when no reader waits for any of its secrets, and not before', async () => {
    const kit = plainCache();
    const controller = new AbortController();
    const single = new AbortController();
    const batch = kit.secrets
      .getMany({ a: 'a', b: 'b' }, { signal: controller.signal })
      .catch((e: unknown) => e);
    const read = outcome(kit.secrets.get('b', { signal: single.signal }));
    controller.abort('batch');
    expect(await batch).toBe('batch');
    expect(kit.backend.call(0).ctx.signal?.aborted).toBe(false);
    single.abort('single');
    expect(await read).toBe('single');
    expect(kit.backend.call(0).ctx.signal?.aborted).toBe(true);
  });

  describe('whose early answer expires while it waits for a slow one', () => {
    function waiting(ctx: CallContext = {}) {
      const kit = plainCache();
      const slow = kit.stack.get({ name: 'slow' }, {});
      const batch = kit.stack.getMany([{ name: 'early' }, { name: 'slow' }], ctx);
      /** The early answer lives for a second; the slow one comes as late as this. */
      const answered = async (ms: number): Promise<void> => {
        await kit.backend.call(1).answer(seal('early-1', { expiresAt: new Date(start + 1_000) }));
        kit.clock.ms += ms;
        await kit.backend.call(0).answer('slow-1');
        await slow;
      };
      const values = async (): Promise<unknown[]> =>
        (await batch).map((answer) => (isSecret(answer) ? answer.reveal() : answer));
      return { ...kit, answered, values };
    }

    it('reads that one again, and serves the new value', async () => {
      const { backend, answered, values, stack } = waiting();
      await answered(1_000);
      expect(backend.call(2).names).toEqual(['early']);
      await backend.call(2).answer('early-2');
      expect(await values()).toEqual(['early-2', 'slow-1']);
      expect((await stack.get({ name: 'early' }, {}))?.reveal()).toBe('early-2');
      expect(backend.calls).toHaveLength(3);
    });

    it('reads nothing again a millisecond before the expiry', async () => {
      const { backend, answered, values } = waiting();
      await answered(999);
      expect(await values()).toEqual(['early-1', 'slow-1']);
      expect(backend.calls).toHaveLength(2);
    });

    it('reads each one once: a value that expires again is missing', async () => {
      const { clock, backend, answered, values } = waiting();
      await answered(1_000);
      clock.ms += 1_000;
      await backend.call(2).answer(seal('early-2', { expiresAt: new Date(clock.ms) }));
      expect(await values()).toEqual([undefined, 'slow-1']);
      expect(backend.calls).toHaveLength(3);
    });

    it('reads nothing again once its deadline has passed', async () => {
      const { backend, answered, values } = waiting({ deadline: start + 1_000 });
      await answered(1_000);
      expect(await values()).toEqual([undefined, 'slow-1']);
      expect(backend.calls).toHaveLength(2);
    });

    it('is missing if the deadline passes while it is read again', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const { clock, backend, answered, values } = waiting({ deadline: start + 1_500 });
      await answered(1_000);
      expect(backend.calls).toHaveLength(3);
      clock.ms += 500;
      vi.advanceTimersByTime(500);
      expect(await values()).toEqual([undefined, 'slow-1']);
      expect(backend.call(2).ctx.signal?.aborted).toBe(true);
      vi.useRealTimers();
    });

    it.each(['unavailable', 'timeout'] as const)(
      'has the failure in its place if it cannot be read again: %s',
      async (code) => {
        const { backend, answered, values } = waiting();
        await answered(1_000);
        await backend.call(2).fail(failure(code));
        expect(await values()).toMatchObject([{ code, ref: { name: 'early' } }, 'slow-1']);
      },
    );

    it('ends with the abort of the reader', async () => {
      const caller = new AbortController();
      const { backend, answered, values } = waiting({ signal: caller.signal });
      await answered(1_000);
      caller.abort('enough');
      await expect(values()).rejects.toBe('enough');
      expect(backend.call(2).ctx.signal?.aborted).toBe(true);
    });
  });

  it('is not a method of the stack if the backend has none', () => {
    const plain: SecretProvider = { name: 'plain', get: () => Promise.resolve(undefined) };
    expect(cache()(plain).getMany).toBeUndefined();
  });
});
