import { compose, createSecrets } from '@secretkit/core';
import { layersOf, type SecretProvider, type SecretRef, seal } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { describe, expect, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { type CacheOptions, cache } from './index.js';

const start = 1_700_000_000_000;

/** No jitter, no refresh ahead of the expiry, no stale values, no negative caching. */
const plain = {
  ttlMs: 60_000,
  jitter: 0,
  refreshAheadMs: 0,
  staleIfErrorMs: 0,
  negativeTtlMs: 0,
  denialTtlMs: 0,
} as const satisfies CacheOptions;

function setUp(options: CacheOptions = {}) {
  const clock = { ms: start };
  const backend = heldBackend();
  const stack = cache({ ...plain, now: () => clock.ms, ...options })(backend.provider);
  return { clock, backend, stack, secrets: createSecrets(stack) };
}

async function warm(
  { secrets, backend }: ReturnType<typeof setUp>,
  name: string,
  value: string,
  expiresAt?: Date,
) {
  const read = secrets.get(name);
  await backend.call(backend.calls.length - 1).answer(seal(value, { expiresAt }));
  await read;
}

describe('a fresh value', () => {
  it('is served without a call, by the same promise each time', async () => {
    const kit = setUp();
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
      const kit = setUp();
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
      const kit = setUp();
      await warm(kit, 'a', 'value-1', new Date(start + 1_000));
      kit.clock.ms += at;
      void kit.secrets.get('a');
      expect(kit.backend.calls).toHaveLength(calls);
    },
  );

  it('is as old as the start of its call, so that a slow answer is not fresh for longer', async () => {
    const kit = setUp();
    const read = kit.secrets.get('a');
    kit.clock.ms += 50_000;
    await kit.backend.call(0).answer('value-1');
    await read;
    kit.clock.ms += 10_000;
    void kit.secrets.get('a');
    expect(kit.backend.calls).toHaveLength(2);
  });

  it('is bypassed by a fresh read, whose value replaces it', async () => {
    const kit = setUp();
    await warm(kit, 'a', 'value-1');
    const read = kit.secrets.get('a', { fresh: true });
    expect(kit.backend.call(1).ctx.fresh).toBe(true);
    await kit.backend.call(1).answer('value-2');
    expect(await outcome(read)).toBe('value-2');
    expect(await outcome(kit.secrets.get('a'))).toBe('value-2');
    expect(kit.backend.calls).toHaveLength(2);
  });

  it('is evicted when it is the least recently used of more than maxEntries', async () => {
    const kit = setUp({ maxEntries: 2 });
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

describe('a name that is read again and again', () => {
  it('is served by the cached reader, counted, and only while it is fresh', async () => {
    const kit = setUp();
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
    'has its entry replaced or removed: %s',
    async (act) => {
      const kit = setUp({ maxEntries: 1 });
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

  it('is not evicted first', async () => {
    const kit = setUp({ maxEntries: 2 });
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

describe('a value that expired in flight', () => {
  it('is missing', async () => {
    const kit = setUp();
    const read = kit.secrets.get('a');
    kit.clock.ms += 5_000;
    await kit.backend.call(0).answer(seal('value-1', { expiresAt: new Date(start + 5_000) }));
    expect(await outcome(read)).toBeUndefined();
  });
});

describe('without negative caching, an answer that is not a value', () => {
  it('is not remembered: a missing secret is fetched again', async () => {
    const kit = setUp();
    const read = kit.secrets.get('a');
    await kit.backend.call(0).answer(undefined);
    expect(await outcome(read)).toBeUndefined();
    void kit.secrets.get('a');
    expect(kit.backend.calls).toHaveLength(2);
  });

  it.each(['unavailable', 'permission_denied', 'unknown'] as const)(
    'rejects every waiting reader once, and is fetched again: %s',
    async (code) => {
      const kit = setUp();
      const reads = Array.from({ length: 100 }, () => outcome(kit.secrets.get('a')));
      await kit.backend.call(0).fail(failure(code));
      expect(new Set(await Promise.all(reads))).toEqual(new Set([code]));
      void kit.secrets.get('a');
      expect(kit.backend.calls).toHaveLength(2);
    },
  );
});

describe('concurrent readers', () => {
  it('of one secret make one call, however many there are (D19)', async () => {
    const kit = setUp();
    const reads = Array.from({ length: 10_000 }, () => kit.secrets.get('a'));
    await kit.backend.call(0).answer('value-1');
    expect(new Set((await Promise.all(reads)).map((secret) => secret?.reveal()))).toEqual(
      new Set(['value-1']),
    );
    expect(kit.backend.calls).toHaveLength(1);
  });

  it('of different secrets, users and accounts make different calls', async () => {
    const kit = setUp();
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
      const kit = setUp();
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
    const kit = setUp();
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
    const kit = setUp();
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
      const kit = setUp();
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
    const kit = setUp();
    const { signal } = new AbortController();
    void outcome(kit.stack.get({ name: 'a' }, { signal, deadline: start + 10, maxAttempts: 1 }));
    expect(kit.backend.call(0).ctx.signal).not.toBe(signal);
    expect(Object.keys(kit.backend.call(0).ctx)).toEqual(['signal']);
  });

  it('leave at their own deadline with a timeout', async () => {
    vi.useFakeTimers();
    try {
      const kit = setUp();
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
    const kit = setUp();
    await warm(kit, 'a', 'value-1');
    const signal = AbortSignal.abort('beforehand');
    expect(await outcome(kit.stack.get({ name: 'a' }, { signal }))).toBe('beforehand');
    expect(await outcome(kit.stack.get({ name: 'b' }, { signal }))).toBe('beforehand');
    expect(kit.backend.calls).toHaveLength(1);
  });
});

describe('a broken now or random', () => {
  it('serves nothing past its expiry: a clock that returns NaN keeps its last reading', async () => {
    const kit = setUp();
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
    const kit = setUp({ random: () => Number.NaN, jitter: 0.5, staleIfErrorMs: 0 });
    await warm(kit, 'a', 'value-1');
    expect(kit.secrets.peek('a')?.reveal()).toBe('value-1');
    kit.clock.ms += 24 * 3_600_000;
    const late = outcome(kit.secrets.get('a'));
    await kit.backend.call(1).fail(failure('unavailable'));
    expect(await late).toBe('unavailable');
  });
});

describe('an invalidated scope', () => {
  it('is the canonical scope of the backend', async () => {
    let value = 'value-1';
    const secrets = createSecrets(
      cache()({
        name: 'folding',
        canonical: ({ name, scope }) =>
          scope?.account === undefined ? { name } : { name, scope: { account: scope.account.toLowerCase() } },
        get: async () => seal(value),
      } satisfies SecretProvider),
    ).scoped({ account: 'ACCT' });
    await secrets.get('a');
    value = 'value-2';
    expect((await secrets.require('a')).reveal()).toBe('value-1');
    secrets.invalidate();
    expect((await secrets.require('a')).reveal()).toBe('value-2');
  });
});

describe('a ref', () => {
  it('names the secret of its current fields, after its owner changed it', async () => {
    const kit = setUp();
    const ref = { name: 'a', scope: { account: 'acct_1' } };
    const read = async (at: number, value: string): Promise<unknown> => {
      const reading = outcome(kit.stack.get(ref, {}));
      await flush();
      if (kit.backend.calls.length > at) await kit.backend.call(at).answer(value);
      return reading;
    };
    expect(await read(0, 'of acct_1')).toBe('of acct_1');
    ref.scope.account = 'acct_2';
    expect(await read(1, 'of acct_2')).toBe('of acct_2');
    ref.name = 'b';
    expect(await read(2, 'b of acct_2')).toBe('b of acct_2');
    Object.freeze(ref);
    expect(await read(3, 'nothing new')).toBe('b of acct_2');
    ref.scope.account = 'acct_1';
    expect(await read(3, 'b of acct_1')).toBe('b of acct_1');
  });

  it('is answered by its cached reader with the stored promise, until it is not fresh', async () => {
    const kit = setUp();
    await warm(kit, 'a', 'value-1');
    const cached = kit.stack.memory?.cached?.({ name: 'a' });
    const hit = cached?.(true);
    expect(hit?.settled).toBe(kit.stack.get({ name: 'a' }, {}));
    expect(cached?.(false)).toBe(hit);
    kit.secrets.invalidate('a');
    expect(cached?.(true)).toBe(undefined);
    await warm(kit, 'a', 'value-2');
    expect(cached?.(true)?.secret.reveal()).toBe('value-2');
  });

  it('is in a remembered failure as each reader wrote it', async () => {
    const provider: SecretProvider = {
      name: 'folding',
      canonical: ({ name }) => ({ name: name.toLowerCase() }),
      get: () => Promise.reject(failure('permission_denied')),
    };
    const secrets = createSecrets(cache()(provider));
    await outcome(secrets.get('Key'));
    await expect(secrets.get('KEY')).rejects.toMatchObject({
      code: 'permission_denied',
      ref: { name: 'KEY' },
    });
  });
});

describe('a batch', () => {
  it('fetches the secrets that are neither in memory nor in flight, in one call, and answers in order', async () => {
    const kit = setUp();
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
    const kit = setUp();
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
    const kit = setUp();
    const batch = kit.secrets.getManySettled({ a: 'a', b: 'b' });
    await kit.backend.call(0).answer(failure('permission_denied'), 'value-b');
    expect(await batch).toMatchObject({ a: { code: 'permission_denied' } });
    expect(kit.secrets.peek('b')?.reveal()).toBe('value-b');
  });

  it('that fails as a whole returns the failure for each secret that is not in memory', async () => {
    const kit = setUp();
    await warm(kit, 'a', 'value-a');
    const batch = kit.secrets.getManySettled({ a: 'a', b: 'b', c: 'c' });
    await kit.backend.call(1).fail(failure('unavailable'));
    const { a, b, c } = await batch;
    expect([a, b, c]).toMatchObject([{}, { code: 'unavailable' }, { code: 'unavailable' }]);
    expect(b).toHaveProperty('ref.name', 'b');
  });

  it('is aborted when no reader waits for any of its secrets, and not before', async () => {
    const kit = setUp();
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

  it('is not a method of the stack if the backend has none', () => {
    const plain: SecretProvider = { name: 'plain', get: () => Promise.resolve(undefined) };
    expect(cache()(plain).getMany).toBeUndefined();
  });
});

describe('a write', () => {
  it.each(['set', 'delete'] as const)(
    'removes the value when it starts, and again when it settles: %s',
    async (write) => {
      const kit = setUp();
      await warm(kit, 'a', 'old');
      const writing = write === 'set' ? kit.secrets.set('a', 'new') : kit.secrets.delete('a');
      expect(kit.secrets.peek('a')).toBeUndefined();
      const during = outcome(kit.secrets.get('a'));
      await kit.backend.call(2).answer('old, read during the write');
      expect(await during).toBe('old, read during the write');
      await kit.backend.call(1).answer();
      await writing;
      expect(kit.secrets.peek('a')).toBeUndefined();
    },
  );

  it('removes the value when it fails too: it may have happened', async () => {
    const kit = setUp();
    await warm(kit, 'a', 'old');
    const writing = kit.secrets.set('a', 'new').catch(() => undefined);
    await kit.backend.call(1).fail(failure('timeout'));
    await writing;
    expect(kit.secrets.peek('a')).toBeUndefined();
  });

  it('lets a read in flight answer the readers that waited, and no later ones', async () => {
    const kit = setUp();
    const before = outcome(kit.secrets.get('a'));
    const writing = kit.secrets.set('a', 'new');
    await kit.backend.call(1).answer();
    await writing;
    const after = outcome(kit.secrets.get('a'));
    await kit.backend.call(0).answer('old');
    await kit.backend.call(2).answer('new');
    expect([await before, await after]).toEqual(['old', 'new']);
    expect(await outcome(kit.secrets.get('a'))).toBe('new');
  });
});

describe('invalidate', () => {
  it('makes the next read fetch, also while an older request is in flight', async () => {
    const kit = setUp();
    const before = outcome(kit.secrets.get('a'));
    kit.secrets.invalidate('a');
    const after = outcome(kit.secrets.get('a'));
    await kit.backend.call(1).answer('new');
    await kit.backend.call(0).answer('old');
    expect([await before, await after]).toEqual(['old', 'new']);
    expect(kit.secrets.peek('a')?.reveal()).toBe('new');
  });

  it.each([
    { target: 'one ref', left: ['b', 'a@acct_1', 'a@acct_1/usr_1', 'a@acct_2'] },
    { target: 'a scope and its users', left: ['a', 'b', 'a@acct_2'] },
    { target: 'everything', left: [] },
  ])('removes $target', async ({ target, left }) => {
    const kit = setUp();
    const refs = {
      a: { name: 'a' },
      b: { name: 'b' },
      'a@acct_1': { name: 'a', scope: { account: 'acct_1' } },
      'a@acct_1/usr_1': { name: 'a', scope: { account: 'acct_1', user: 'usr_1' } },
      'a@acct_2': { name: 'a', scope: { account: 'acct_2' } },
    };
    for (const ref of Object.values(refs)) {
      const read = kit.secrets.get(ref);
      await kit.backend.calls.at(-1)?.answer('value');
      await read;
    }
    if (target === 'one ref') kit.secrets.invalidate('a');
    else if (target === 'everything') kit.secrets.invalidate();
    else kit.secrets.scoped({ account: 'acct_1' }).invalidate();
    expect(
      Object.entries(refs)
        .filter(([, ref]) => kit.secrets.peek(ref))
        .map(([key]) => key),
    ).toEqual(left);
  });

  it.each([
    { target: 'a scope and its users', scope: { account: 'acct_1' }, stale: ['1', '1/1'] },
    { target: 'one user of an account', scope: { account: 'acct_1', user: 'usr_1' }, stale: ['1/1'] },
    { target: 'a user of any account', scope: { user: 'usr_1' }, stale: ['1/1', '2/1'] },
  ])(
    'of $target leaves the requests in flight to their readers, and keeps the rest',
    async ({ scope, stale }) => {
      const kit = setUp();
      const refs: Record<string, SecretRef> = {
        '1': { name: 'a', scope: { account: 'acct_1' } },
        '1/1': { name: 'a', scope: { account: 'acct_1', user: 'usr_1' } },
        '1/2': { name: 'a', scope: { account: 'acct_1', user: 'usr_2' } },
        '2/1': { name: 'a', scope: { account: 'acct_2', user: 'usr_1' } },
      };
      if (!('user' in scope)) stale.push('1/2');
      const reads = Object.values(refs).map((ref) => kit.secrets.get(ref));
      kit.stack.memory?.invalidate?.({ scope });
      for (const call of kit.backend.calls) await call.answer('old');
      for (const read of reads) expect((await read)?.reveal()).toBe('old');
      const shown = Object.entries(refs).filter(([, ref]) => kit.secrets.peek(ref));
      expect(shown.map(([key]) => key)).toEqual(Object.keys(refs).filter((key) => !stale.includes(key)));
    },
  );

  it('reaches an inner cache', async () => {
    const backend = heldBackend();
    const secrets = createSecrets(compose(cache(), cache())(backend.provider));
    const read = secrets.get('a');
    await backend.call(0).answer('old');
    await read;
    secrets.invalidate('a');
    void secrets.get('a');
    expect(backend.calls).toHaveLength(2);
  });
});

describe('a fresh read', () => {
  it('does not join an earlier read, whose answer is then not stored', async () => {
    const kit = setUp();
    const before = outcome(kit.secrets.get('a'));
    const fresh = outcome(kit.secrets.get('a', { fresh: true }));
    await kit.backend.call(1).answer('new');
    await kit.backend.call(0).answer('old');
    expect([await before, await fresh]).toEqual(['old', 'new']);
    expect(kit.secrets.peek('a')?.reveal()).toBe('new');
  });
});

describe('peek', () => {
  it('returns a value that is fresh now, and starts no call', async () => {
    const kit = setUp();
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

describe('the clock', () => {
  it.each([
    { back: 1_000, calls: 1, why: 'a small step back is ignored' },
    { back: 1_001, calls: 2, why: 'a larger one makes every value stale' },
  ])('set back by $back ms: $why', async ({ back, calls }) => {
    const kit = setUp();
    await warm(kit, 'a', 'value-1');
    kit.clock.ms -= back;
    void kit.secrets.get('a');
    expect(kit.backend.calls).toHaveLength(calls);
  });

  it('set back by small steps does not extend a ttl', async () => {
    const kit = setUp();
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
    const kit = setUp();
    const read = outcome(kit.secrets.get('a'));
    await kit.secrets.close();
    expect(await read).toBe('closed');
    expect(kit.backend.call(0).ctx.signal?.aborted).toBe(true);
  });
});

describe('identity', () => {
  it('is the canonical ref: two refs of one secret share an entry and a call', async () => {
    const backend = heldBackend();
    const canonical = vi.fn(({ name, scope }: { name: string; scope?: object }) => ({
      name: name.toUpperCase(),
      scope: { account: 'acct_default', ...scope },
    }));
    const secrets = createSecrets(cache()({ ...backend.provider, canonical }));
    const reads = ['a', 'A', { name: 'a', scope: { account: 'acct_default' } }].map((ref) =>
      outcome(secrets.get(ref)),
    );
    await backend.call(0).answer('value-1');
    expect(await Promise.all(reads)).toEqual(['value-1', 'value-1', 'value-1']);
    expect(backend.calls).toHaveLength(1);
  });

  it('rejects, and does not throw, if canonical throws', async () => {
    const { provider } = heldBackend();
    const canonical = (): never => {
      throw new Error('CANARY');
    };
    const stack = cache()({ ...provider, canonical });
    for (const call of [
      stack.get({ name: 'a' }, {}),
      stack.getMany([{ name: 'a' }], {}),
      stack.set({ name: 'a' }, seal('x'), {}),
    ])
      await expect(call).rejects.toMatchObject({
        code: 'unknown',
        message: expect.not.stringContaining('CANARY'),
      });
  });

  it('is not affected when the owner of a ref changes it later', async () => {
    const kit = setUp();
    const scope = { account: 'acct_1' };
    const reading = kit.stack.get({ name: 'a', scope }, {});
    await kit.backend.call(0).answer('value');
    await reading;
    scope.account = 'acct_2';
    kit.stack.memory?.invalidate?.({ scope: { account: 'acct_1' } });
    expect(kit.stack.memory?.cached?.({ name: 'a', scope: { account: 'acct_1' } })(false)).toBeUndefined();
  });

  it('is that of the current fields of a ref', async () => {
    const kit = setUp();
    const ref = { name: 'a' };
    void kit.stack.get(ref, {});
    ref.name = 'b';
    void kit.stack.get(ref, {});
    expect(kit.backend.calls.map(({ names }) => names[0])).toEqual(['a', 'b']);
  });

  it('is not shared by two providers of one middleware (D10)', async () => {
    const layer = cache();
    const [one, two] = [heldBackend(), heldBackend()];
    const reads = [one, two].map(({ provider }) => outcome(createSecrets(layer(provider)).get('a')));
    await one.call(0).answer('of one');
    await two.call(0).answer('of two');
    expect(await Promise.all(reads)).toEqual(['of one', 'of two']);
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
