import { layersOf } from '@secretkit/core/provider';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { failure, flush, outcome } from '../../test/held-backend.js';
import { plainCache, start, warm } from '../../test/plain-cache.js';

describe('with coalesce: false', () => {
  const alone = { coalesce: false } as const;

  it('no pending work crosses calls: each concurrent reader makes a call of its own', async () => {
    const kit = plainCache(alone);
    const reads = [kit.stack.get({ name: 'a' }, {}), kit.stack.get({ name: 'a' }, {})].map(outcome);
    const batch = kit.stack.getMany([{ name: 'a' }, { name: 'b' }], {});
    expect(kit.backend.calls.map(({ names }) => names)).toEqual([['a'], ['a'], ['a', 'b']]);
    await kit.backend.call(1).answer('two');
    expect(await reads[1]).toBe('two');
    await kit.backend.call(0).fail(failure('unavailable'));
    expect(await reads[0]).toBe('two'); // from memory by now: law 5
    await kit.backend.call(2).answer('three', 'of b');
    expect(await batch).toHaveLength(2);
  });

  it('a batch shares its own requests: duplicates are one', async () => {
    const kit = plainCache(alone);
    const batch = kit.stack.getMany([{ name: 'a' }, { name: 'b' }, { name: 'a' }], {});
    expect(kit.backend.calls.map(({ names }) => names)).toEqual([['a', 'b']]);
    await kit.backend.call(0).answer('of a', 'of b');
    expect(await batch).toHaveLength(3);
  });

  it('values in memory are shared, by a promise for each hit', async () => {
    const kit = plainCache(alone);
    await warm(kit, 'a', 'value');
    const hits = [kit.secrets.get('a'), kit.secrets.get('a'), kit.stack.get({ name: 'a' }, {})];
    expect(new Set(hits).size).toBe(3);
    expect(await Promise.all(hits.map(outcome))).toEqual(['value', 'value', 'value']);
    expect(kit.backend.calls).toHaveLength(1);
    expect(layersOf(kit.stack)[0]?.snapshot?.()).toMatchObject({ hits: 3, misses: 1, coalesced: 0 });
  });

  it('a reader that leaves aborts its own call only', async () => {
    const kit = plainCache(alone);
    const caller = new AbortController();
    const left = outcome(kit.stack.get({ name: 'a' }, { signal: caller.signal }));
    const other = outcome(kit.stack.get({ name: 'a' }, {}));
    caller.abort('enough');
    expect(await left).toBe('enough');
    expect(kit.backend.calls.map(({ ctx }) => ctx.signal?.aborted)).toEqual([true, false]);
    await kit.backend.call(1).answer('value');
    expect(await other).toBe('value');
  });

  it('an answer from before a write, or older than another answer, is not stored', async () => {
    const kit = plainCache(alone);
    const reads = [1, 2, 3].map(() => outcome(kit.stack.get({ name: 'a' }, {})));
    await kit.backend.call(1).answer('second');
    await kit.backend.call(0).answer('first');
    expect(kit.secrets.peek('a')?.reveal()).toBe('second');
    kit.secrets.invalidate('a');
    await kit.backend.call(2).answer('third');
    expect(kit.secrets.peek('a')).toBeUndefined();
    expect(await Promise.all(reads)).toEqual(['first', 'second', 'third']);
  });

  describe('and without waitUntil, a stale value is refreshed by its reader', () => {
    const stale = { ...alone, staleWhileRevalidateMs: 10_000, ttlMs: 60_000 } as const;

    it('who waits', async () => {
      const kit = plainCache(stale);
      await warm(kit, 'a', 'old');
      kit.clock.ms += 60_000;
      const reading = outcome(kit.stack.get({ name: 'a' }, {}));
      expect(kit.backend.call(1).ctx.maxAttempts).toBe(1);
      await kit.backend.call(1).answer('new');
      expect(await reading).toBe('new');
    });

    it.each([
      { afterMs: 9_999, expected: 'old' },
      { afterMs: 10_000, expected: 'unavailable' },
    ])('who gets, $afterMs ms later and after a failure, $expected', async ({ afterMs, expected }) => {
      const kit = plainCache(stale);
      await warm(kit, 'a', 'old');
      kit.clock.ms += 60_000 + afterMs;
      const reading = outcome(kit.stack.get({ name: 'a' }, {}));
      await kit.backend.call(1).fail(failure('unavailable'));
      expect(await reading).toBe(expected);
    });
  });
});

describe.each([true, false])('waitUntil, with coalesce: %s', (coalesce) => {
  const stale = { coalesce, staleWhileRevalidateMs: 10_000, ttlMs: 60_000 } as const;

  it('gets a promise of the refresh in the background, without a value', async () => {
    const kept: Promise<unknown>[] = [];
    const kit = plainCache({ ...stale, waitUntil: (promise) => kept.push(promise) });
    await warm(kit, 'a', 'old');
    kit.clock.ms += 60_000;
    expect((await kit.stack.get({ name: 'a' }, {}))?.staleSince).toEqual(new Date(start + 60_000));
    expect([kept.length, kit.backend.calls.length]).toEqual([1, 2]);
    let ended: unknown = 'pending';
    void kept[0]?.then((value) => (ended = value));
    await flush();
    expect(ended).toBe('pending');
    await kit.backend.call(1).answer('new');
    expect(ended).toBeUndefined();
    expect(await outcome(kit.stack.get({ name: 'a' }, {}))).toBe('new');
  });

  it('gets one that does not reject, and may throw', async () => {
    const kept: Promise<unknown>[] = [];
    const kit = plainCache({
      ...stale,
      waitUntil: (promise) => {
        kept.push(promise);
        throw new Error('not in a request');
      },
    });
    await warm(kit, 'a', 'old');
    kit.clock.ms += 60_000;
    expect(await outcome(kit.stack.get({ name: 'a' }, {}))).toBe('old');
    await kit.backend.call(1).fail(failure('unavailable'));
    expect(await kept[0]).toBeUndefined();
  });
});

describe('the default of coalesce', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each([
    ['Cloudflare-Workers', 2],
    ['Node.js/22', 1],
    [undefined, 1],
  ])('where the user agent is %s: %i calls for two readers', async (userAgent, calls) => {
    vi.stubGlobal('navigator', userAgent && { userAgent });
    const kit = plainCache();
    const reads = [kit.secrets.get('a'), kit.secrets.get('a')];
    expect(kit.backend.calls).toHaveLength(calls);
    for (const call of kit.backend.calls) await call.answer('value');
    await Promise.all(reads);
  });

  it('is shown in the options of the layer', () => {
    const layers = layersOf(plainCache({ coalesce: false }).stack);
    expect(layers[0]?.options).toMatchObject({ coalesce: false });
    expect(layers[0]?.options).not.toHaveProperty('waitUntil');
  });
});
