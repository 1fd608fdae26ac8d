import { createSecrets } from '@secretkit/core';
import { layersOf, seal } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { describe, expect, it } from 'vitest';
import { plainCache, start, warm } from '../../test/plain-cache.js';
import { cachedReader } from './cached-reader.js';
import { createEntries } from './entries.js';
import { cache } from './index.js';
import type { CacheState } from './state.js';

describe('a name that is read again and again', () => {
  it('is served by the cached reader, counted, and only while it is fresh', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-1');
    const [first, second, third] = [kit.secrets.get('a'), kit.secrets.get('a'), kit.secrets.get('a')];
    expect([second, third]).toEqual([first, first]);
    expect(layersOf(kit.stack)[0]?.snapshot?.()).toMatchObject({ hits: 3, misses: 1 });
    kit.secrets.peek('a');
    expect(layersOf(kit.stack)[0]?.snapshot?.()).toMatchObject({ hits: 3 });
    kit.clock.ms += 60_000;
    expect(kit.secrets.peek('a')).toBeUndefined();
    void kit.secrets.get('a');
    expect(kit.backend.calls).toHaveLength(2);
  });

  it.each(['invalidate', 'set', 'replace', 'evict', 'set back'] as const)(
    'is not served from an old entry after: %s',
    async (act) => {
      const kit = plainCache({ maxEntries: 1 });
      await warm(kit, 'a', 'value-1');
      await kit.secrets.get('a');
      if (act === 'invalidate') kit.secrets.invalidate('a');
      if (act === 'set') {
        const write = kit.secrets.set('a', 'value-2');
        await kit.backend.call(1).answer();
        await write;
      }
      if (act === 'replace') {
        const fresh = kit.secrets.get('a', { fresh: true });
        await kit.backend.call(1).answer('value-2');
        await fresh;
        expect((await kit.secrets.get('a'))?.reveal()).toBe('value-2');
        return;
      }
      if (act === 'evict') await warm(kit, 'b', 'value-b');
      if (act === 'set back') kit.clock.ms -= 5_000;
      expect(kit.secrets.peek('a')).toBeUndefined();
      const calls = kit.backend.calls.length;
      const read = kit.secrets.get('a');
      await kit.backend.call(calls).answer('value-2');
      expect((await read)?.reveal()).toBe('value-2');
      expect((await kit.secrets.get('a'))?.reveal()).toBe('value-2');
    },
  );

  it('is found without a lookup from the second read on, by every reader of the name', async () => {
    const entries = createEntries(
      { ttlMs: 1_000, jitter: 0, refreshAheadMs: 0, maxEntries: 10, coalesce: true },
      () => undefined,
    );
    const now = { wallMs: 0, monotonicMs: 0 };
    const ref = { name: 'a' };
    const entry = entries.store({ key: 'a', ref }, seal('value'), { startedAt: 0, random: 0 }, now);
    const lookups: string[] = [];
    const counted: typeof entries = {
      ...entries,
      peek(key) {
        lookups.push(key);
        return entries.peek(key);
      },
    };
    const state = { entries: counted, clock: { wallMs: () => 0 } } as unknown as CacheState; // all that a look needs
    const readers = [1, 2].map(() => cachedReader(state, 'a', undefined));
    for (const read of [...readers, ...readers]) expect(read(false) === entry).toBe(true);
    expect(lookups).toEqual(['a', 'a']);
  });

  it('is not evicted first', async () => {
    const kit = plainCache({ maxEntries: 2 });
    await warm(kit, 'a', 'value-a');
    await warm(kit, 'b', 'value-b');
    await kit.secrets.get('a');
    await kit.secrets.get('a');
    await warm(kit, 'c', 'value-c');
    expect([kit.secrets.peek('a'), kit.secrets.peek('b')].map((secret) => secret?.reveal())).toEqual([
      'value-a',
      undefined,
    ]);
  });
});

describe('peek', () => {
  it('returns a value that is fresh now, and starts no call', async () => {
    const kit = plainCache();
    expect(kit.secrets.peek('a')).toBeUndefined();
    await warm(kit, 'a', 'value-1');
    expect(kit.secrets.peek('a')?.reveal()).toBe('value-1');
    kit.clock.ms += 60_000;
    expect(kit.secrets.peek('a')).toBeUndefined();
    expect(kit.backend.calls).toHaveLength(1);
  });

  it('looks in the inner provider for a secret that is not in memory, and only for that', async () => {
    const store = memorySecrets({ initial: { a: 'value-1' } });
    const clock = { ms: start };
    const secrets = createSecrets(cache({ ttlMs: 1_000, now: () => clock.ms })(store));
    expect(secrets.peek('a')?.reveal()).toBe('value-1');
    await secrets.get('a');
    await store.set({ name: 'a' }, seal('value-2'), {});
    expect(secrets.peek('a')?.reveal()).toBe('value-1');
    clock.ms += 1_000;
    expect(secrets.peek('a')).toBeUndefined();
  });
});
