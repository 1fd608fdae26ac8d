import { layersOf, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, outcome } from '../../test/held-backend.js';
import { plainCache, start, warm } from '../../test/plain-cache.js';
import { cache } from './index.js';

describe('a fresh value', () => {
  it('is served without a call, by the same promise each time', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-1');
    const hits = [kit.secrets.get('a'), kit.secrets.get('a')];
    expect(hits[0]).toBe(hits[1]);
    expect((await hits[0])?.reveal()).toBe('value-1');
    expect(kit.backend.calls).toHaveLength(1);
  });

  it.each([
    { at: 59_999, calls: 1 },
    { at: 60_000, calls: 2 },
  ])(
    'is fresh until its ttl ends: after $at of 60000 ms the backend has been called $calls times',
    async ({ at, calls }) => {
      const kit = plainCache();
      await warm(kit, 'a', 'value-1');
      kit.clock.ms += at;
      void kit.secrets.get('a');
      expect(kit.backend.calls).toHaveLength(calls);
    },
  );

  it.each([
    { at: 999, calls: 1 },
    { at: 1_000, calls: 2 },
  ])(
    'is fresh until its expiry if that is sooner: after $at of 1000 ms, $calls calls',
    async ({ at, calls }) => {
      const kit = plainCache();
      await warm(kit, 'a', 'value-1', new Date(start + 1_000));
      kit.clock.ms += at;
      void kit.secrets.get('a');
      expect(kit.backend.calls).toHaveLength(calls);
    },
  );

  it('is as old as the start of its call, so that a slow answer is not fresh for longer', async () => {
    const kit = plainCache();
    const read = kit.secrets.get('a');
    kit.clock.ms += 50_000;
    await kit.backend.call(0).answer('value-1');
    await read;
    kit.clock.ms += 10_000;
    void kit.secrets.get('a');
    expect(kit.backend.calls).toHaveLength(2);
  });

  it('is bypassed by a fresh read, whose value replaces it', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-1');
    const read = kit.secrets.get('a', { fresh: true });
    expect(kit.backend.call(1).ctx.fresh).toBe(true);
    await kit.backend.call(1).answer('value-2');
    expect(await outcome(read)).toBe('value-2');
    expect(await outcome(kit.secrets.get('a'))).toBe('value-2');
    expect(kit.backend.calls).toHaveLength(2);
  });

  it('is evicted when it is the least recently used of more than maxEntries', async () => {
    const kit = plainCache({ maxEntries: 2 });
    for (const name of ['a', 'b', 'a', 'c']) {
      const read = kit.secrets.get(name);
      await kit.backend.calls.at(-1)?.answer(`value-${name}`);
      await read;
    }
    expect(kit.secrets.peek('b')).toBeUndefined(); // the least recently used
    expect(kit.secrets.peek('a')?.reveal()).toBe('value-a');
    expect(layersOf(kit.stack)[0]?.snapshot?.()).toMatchObject({
      hits: 1,
      misses: 3,
      coalesced: 0,
      evictions: 1,
      size: 2,
    });
  });
});

describe('first hits of more values than there are promises in reserve', () => {
  it('are served in one turn, and the next turn has a reserve again', async () => {
    const kit = plainCache();
    const names = Array.from({ length: 20 }, (_, at) => `name-${at}`);
    const refs = [...names, 'later'].map((name) => ({ name }));
    const batch = kit.stack.getMany(refs, {});
    await kit.backend.call(0).answer(...refs.map(({ name }) => name));
    await batch;
    const hits = names.map((name) => outcome(kit.stack.get({ name }, {})));
    expect(await Promise.all(hits)).toEqual(names);
    const later = [1, 2].map(() => kit.stack.get({ name: 'later' }, {}));
    expect(later[0] === later[1]).toBe(true);
  });
});

describe('without options', () => {
  it('ten thousand names stay in memory, and no more', async () => {
    const backend = { name: 'endless', get: ({ name }: { name: string }) => Promise.resolve(seal(name)) };
    const stack = cache()(backend);
    for (let at = 0; at < 10_001; at += 1) await stack.get({ name: `name-${at}` }, {});
    expect(layersOf(stack)[0]?.snapshot?.()).toMatchObject({ size: 10_000, evictions: 1 });
  });
});

describe('a value that expired in flight', () => {
  it('is missing', async () => {
    const kit = plainCache();
    const read = kit.secrets.get('a');
    kit.clock.ms += 5_000;
    await kit.backend.call(0).answer(seal('value-1', { expiresAt: new Date(start + 5_000) }));
    expect(await outcome(read)).toBeUndefined();
  });
});

describe('without negative caching, an answer that is not a value', () => {
  it('is not remembered: a missing secret is fetched again', async () => {
    const kit = plainCache();
    const read = kit.secrets.get('a');
    await kit.backend.call(0).answer(undefined);
    expect(await outcome(read)).toBeUndefined();
    void kit.secrets.get('a');
    expect(kit.backend.calls).toHaveLength(2);
  });

  it.each(['unavailable', 'permission_denied', 'unknown'] as const)(
    'rejects every waiting reader once, and is fetched again: %s',
    async (code) => {
      const kit = plainCache();
      const reads = Array.from({ length: 100 }, () => outcome(kit.secrets.get('a')));
      await kit.backend.call(0).fail(failure(code));
      expect(new Set(await Promise.all(reads))).toEqual(new Set([code]));
      void kit.secrets.get('a');
      expect(kit.backend.calls).toHaveLength(2);
    },
  );
});

describe('a fresh read', () => {
  it('does not join an earlier read, whose answer is then not stored', async () => {
    const kit = plainCache();
    const before = outcome(kit.secrets.get('a'));
    const fresh = outcome(kit.secrets.get('a', { fresh: true }));
    await kit.backend.call(1).answer('new');
    await kit.backend.call(0).answer('old');
    expect([await before, await fresh]).toEqual(['old', 'new']);
    expect(kit.secrets.peek('a')?.reveal()).toBe('new');
  });
});

describe('a broken now or random', () => {
  it('serves nothing past its expiry: a clock that returns NaN keeps its last reading', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-1', new Date(start + 1_000));
    kit.clock.ms = start + 1_000;
    expect(kit.secrets.peek('a')).toBe(undefined);
    kit.clock.ms = Number.NaN;
    expect(kit.secrets.peek('a')).toBe(undefined);
    const late = outcome(kit.secrets.get('a'));
    await kit.backend.call(1).answer(undefined);
    expect(await late).toBe(undefined);
  });

  it('keeps no value fresh, or stale, forever', async () => {
    const kit = plainCache({ random: () => Number.NaN, jitter: 0.5, staleIfErrorMs: 0 });
    await warm(kit, 'a', 'value-1');
    expect(kit.secrets.peek('a')?.reveal()).toBe('value-1');
    kit.clock.ms += 24 * 3_600_000;
    const late = outcome(kit.secrets.get('a'));
    await kit.backend.call(1).fail(failure('unavailable'));
    expect(await late).toBe('unavailable');
  });
});

describe('the clock', () => {
  it.each([
    { back: 1_000, calls: 1, why: 'a small step back is ignored' },
    { back: 1_001, calls: 2, why: 'a larger one makes every value stale' },
  ])('set back by $back ms: $why', async ({ back, calls }) => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-1');
    kit.clock.ms -= back;
    void kit.secrets.get('a');
    expect(kit.backend.calls).toHaveLength(calls);
  });

  it('set back by small steps does not extend a ttl', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-1');
    kit.clock.ms += 59_999;
    await kit.secrets.get('a');
    kit.clock.ms -= 900;
    await kit.secrets.get('a');
    kit.clock.ms += 901;
    void kit.secrets.get('a');
    expect(kit.backend.calls).toHaveLength(2);
  });
});

describe('closing', () => {
  it('releases the waiting readers, and aborts their call', async () => {
    const kit = plainCache();
    const read = outcome(kit.secrets.get('a'));
    await kit.secrets.close();
    expect(await read).toBe('closed');
    expect(kit.backend.call(0).ctx.signal?.aborted).toBe(true);
  });
});

describe('wrong options', () => {
  it.each([
    [{ ttlMs: 0 }, RangeError, /^cache: ttlMs .* 1 and 2147483647/],
    [{ ttlMs: Number.NaN }, RangeError, /ttlMs/],
    [{ ttlMs: Number.POSITIVE_INFINITY }, RangeError, /ttlMs/],
    [{ ttlMs: '60s' }, TypeError, /ttlMs .* string/],
    [{ maxEntries: 0 }, RangeError, /maxEntries/],
    [{ maxEntries: 1.5 }, RangeError, /whole/],
    [{ ttl: 5 }, TypeError, /"ttl".*ttlMs, .*maxEntries, now/],
    [null, TypeError, /options/],
  ])('throw when the cache is built: %j', (options, kind, message) => {
    const build = () => cache(options as never);
    expect(build).toThrow(kind);
    expect(build).toThrow(message);
    expect(build).not.toThrow(/60s/);
  });
});
