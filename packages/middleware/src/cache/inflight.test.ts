import { createSecrets } from '@secretkit/core';
import { layersOf, type SecretProvider } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { type CacheEvent, type CacheOptions, cache } from './index.js';

const ttlMs = 60_000;

function setUp(options: CacheOptions = {}) {
  const clock = { ms: 1_700_000_000_000 };
  const backend = heldBackend();
  const events: CacheEvent[] = [];
  const stack = cache({
    ttlMs,
    jitter: 0,
    staleIfErrorMs: 0,
    negativeTtlMs: 0,
    denialTtlMs: 0,
    now: () => clock.ms,
    onEvent: (event) => events.push(event),
    ...options,
  })(backend.provider);
  const secrets = createSecrets(stack);
  async function warm(name = 'a'): Promise<void> {
    const reading = secrets.get(name);
    await backend.call(backend.calls.length - 1).answer('old');
    await reading;
  }
  const fresh = (name = 'a') => outcome(secrets.get(name, { fresh: true }));
  return { clock, backend, calls: backend.calls, events, stack, secrets, warm, fresh };
}

describe('a fresh read', () => {
  it('joins those that are begun in the same breath: nothing can have been learnt in between', async () => {
    const { backend, calls, secrets, fresh, warm, events } = setUp();
    await warm();
    const reads = [fresh(), fresh(), outcome(secrets.require('a', { fresh: true }))];
    const batch = secrets.getMany({ a: 'a', b: 'b' }, { fresh: true });
    expect(calls.slice(1).map(({ names, ctx }) => [names, ctx.fresh])).toEqual([
      [['a'], true],
      [['b'], true],
    ]);
    await backend.call(1).answer('new');
    await backend.call(2).answer('of b');
    expect([...(await Promise.all(reads)), (await batch).a?.reveal()]).toEqual(['new', 'new', 'new', 'new']);
    expect(events.map(({ type }) => type)).toEqual([
      'miss',
      'refresh',
      'coalesced',
      'coalesced',
      'coalesced',
      'refresh',
    ]);
  });

  it('joins none that was begun before, fresh or not', async () => {
    const { backend, calls, secrets, fresh } = setUp();
    const plain = outcome(secrets.get('a'));
    const one = fresh();
    await flush();
    const other = fresh();
    expect(calls).toHaveLength(3);
    await backend.call(2).answer('newest');
    await backend.call(1).answer('newer');
    await backend.call(0).answer('new');
    expect(await Promise.all([plain, one, other])).toEqual(['new', 'newer', 'newest']);
    expect(secrets.peek('a')?.reveal()).toBe('newest');
  });

  it('joins none that a write has overtaken in the same breath', async () => {
    const { calls, secrets, fresh } = setUp();
    void fresh();
    secrets.invalidate('a');
    void fresh();
    expect(calls).toHaveLength(2);
  });

  it('leaves what was begun before to be joined again if it does not come to an end itself', async () => {
    const { backend, calls, secrets, fresh } = setUp();
    const plain = outcome(secrets.get('a'));
    const caller = new AbortController();
    const leaving = outcome(secrets.get('a', { fresh: true, signal: caller.signal }));
    const failing = fresh('a');
    caller.abort('enough');
    expect(await leaving).toBe('enough');
    await backend.call(1).fail(failure('unavailable'));
    expect(await failing).toBe('unavailable');
    const later = outcome(secrets.get('a'));
    expect(calls).toHaveLength(2);
    await backend.call(0).answer('value');
    expect(await Promise.all([plain, later])).toEqual(['value', 'value']);
    expect(secrets.peek('a')?.reveal()).toBe('value');
  });
});

describe('a read that a fresh one has overtaken', () => {
  it('evicts by a denial what was there before it: law 3', async () => {
    const { clock, backend, secrets, fresh, warm } = setUp({ staleWhileRevalidateMs: 600_000 });
    await warm();
    clock.ms += ttlMs;
    expect(await outcome(secrets.get('a'))).toBe('old'); // and is refreshed behind the reader's back
    const newer = fresh();
    await backend.call(1).fail(failure('permission_denied'));
    const later = outcome(secrets.get('a'));
    await backend.call(2).fail(failure('unavailable'));
    expect([await newer, await later]).toEqual(['unavailable', 'unavailable']);
  });

  it.each([
    ['a denial', failure('permission_denied')],
    ['a value', 'older'],
    ['a miss', undefined],
  ])('takes no place of what the fresh one has brought: %s', async (_, answer) => {
    const { backend, secrets, fresh } = setUp({ denialTtlMs: 60_000, negativeTtlMs: 60_000 });
    const plain = outcome(secrets.get('a'));
    const newer = fresh();
    await backend.call(1).answer('new');
    if (answer instanceof Error) await backend.call(0).fail(answer);
    else await backend.call(0).answer(answer);
    await Promise.all([plain, newer]);
    expect(await outcome(secrets.get('a'))).toBe('new');
  });

  it.each([
    ['denied', failure('permission_denied')],
    ['missing', undefined],
  ])('brings nothing back after the fresh one was %s', async (_, answer) => {
    const { backend, calls, secrets, fresh } = setUp();
    const plain = outcome(secrets.get('a'));
    const newer = fresh();
    if (answer instanceof Error) await backend.call(1).fail(answer);
    else await backend.call(1).answer(answer);
    await backend.call(0).answer('value');
    expect(await plain).toBe('value');
    await newer;
    expect(secrets.peek('a')).toBeUndefined();
    void outcome(secrets.get('a'));
    expect(calls).toHaveLength(3);
  });
});

describe('closing', () => {
  it.each(['invalidate', 'set'] as const)(
    'releases also those who wait for what is joined no more: after %s',
    async (act) => {
      const { backend, secrets } = setUp();
      const reading = outcome(secrets.get('a'));
      if (act === 'invalidate') secrets.invalidate('a');
      else void secrets.set('a', 'x').catch(() => undefined);
      await secrets.close();
      expect(await reading).toBe('closed');
      expect(backend.call(0).ctx.signal?.aborted).toBe(true);
    },
  );

  it('of the stack itself refuses what comes after, and keeps nothing of what was under way', async () => {
    const { backend, stack } = setUp();
    const reading = outcome(stack.get({ name: 'a' }, {}));
    await stack[Symbol.asyncDispose]?.();
    await backend.call(0).answer('late');
    expect(await reading).toBe('closed');
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('closed');
    expect(layersOf(stack)[0]?.snapshot?.()).toMatchObject({ size: 0, failures: 1 });
  });
});

describe('a batch', () => {
  it('asks once for a secret that stands in it twice, also in the background', async () => {
    const { clock, calls, stack, warm } = setUp({ staleWhileRevalidateMs: 10_000 });
    await warm();
    clock.ms += ttlMs;
    const twice = [{ name: 'a' }, { name: 'a' }];
    const answers = await stack.getMany(twice, {});
    expect(answers.map((answer) => answer && 'reveal' in answer && answer.reveal())).toEqual(['old', 'old']);
    expect(calls.slice(1).map(({ names }) => names)).toEqual([['a']]);
  });

  it('of which one reader leaves goes on for the others, and keeps every answer', async () => {
    const { backend, secrets } = setUp();
    const caller = new AbortController();
    const batch = secrets.getMany({ a: 'a', b: 'b' }, { signal: caller.signal }).catch((e: unknown) => e);
    const single = outcome(secrets.get('b'));
    caller.abort(null);
    expect(await batch).toBeNull();
    await backend.call(0).answer('of a', 'of b');
    expect(await single).toBe('of b');
    expect([secrets.peek('a')?.reveal(), secrets.peek('b')?.reveal()]).toEqual(['of a', 'of b']);
  });

  it('that everybody has left keeps no answer', async () => {
    const { backend, secrets } = setUp();
    const caller = new AbortController();
    const batch = secrets.getMany({ a: 'a', b: 'b' }, { signal: caller.signal }).catch((e: unknown) => e);
    const single = outcome(secrets.get('b', { signal: caller.signal }));
    caller.abort();
    expect(await batch).toBe(caller.signal.reason);
    expect(await single).toBe(caller.signal.reason);
    expect(backend.call(0).ctx.signal?.aborted).toBe(true);
    await backend.call(0).answer('of a', 'of b');
    expect([secrets.peek('a'), secrets.peek('b')]).toEqual([undefined, undefined]);
  });

  it('puts one listener on its caller’s signal, however many names it has', async () => {
    const warnings: string[] = [];
    const heard = (warning: Error): void => {
      warnings.push(warning.name);
    };
    process.on('warning', heard);
    const { backend, secrets } = setUp();
    const { signal } = new AbortController();
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [String(at), `name-${at}`]));
    const batch = secrets.getMany(many, { signal });
    await backend.call(0).answer(...Object.keys(many));
    expect(Object.keys(await batch)).toHaveLength(50);
    await new Promise((resolve) => {
      setImmediate(resolve); // a warning comes in the next turn
    });
    process.off('warning', heard);
    expect(warnings).toEqual([]);
  });
});

describe('a reader', () => {
  it('whose signal fires while the call is made leaves at once, and the call is aborted', async () => {
    const caller = new AbortController();
    const backend = heldBackend();
    const impatient: SecretProvider = {
      ...backend.provider,
      get(ref, ctx) {
        caller.abort('at once');
        return backend.provider.get(ref, ctx);
      },
    };
    const stack = cache()(impatient);
    expect(await outcome(stack.get({ name: 'a' }, { signal: caller.signal }))).toBe('at once');
    expect(backend.call(0).ctx.signal?.aborted).toBe(true);
  });

  it('whose deadline has passed beforehand makes no call', async () => {
    const { clock, calls, stack } = setUp();
    expect(await outcome(stack.get({ name: 'a' }, { deadline: clock.ms }))).toBe('timeout');
    const settled = await stack.getMany([{ name: 'a' }, { name: 'b' }], { deadline: clock.ms - 1 });
    expect(settled).toMatchObject([
      { code: 'timeout', ref: { name: 'a' } },
      { code: 'timeout', ref: { name: 'b' } },
    ]);
    expect(calls).toEqual([]);
  });

  it('under another of its names is told of a failure under the one it used', async () => {
    const backend = heldBackend();
    const canonical: SecretProvider['canonical'] = ({ name }) => ({ name: name.toUpperCase() });
    const secrets = createSecrets(cache()({ ...backend.provider, canonical }));
    const [one, other] = ['a', 'A'].map((name) => secrets.get(name).catch((error: unknown) => error));
    await backend.call(0).fail(failure('unavailable'));
    expect([await one, await other]).toMatchObject([{ ref: { name: 'a' } }, { ref: { name: 'A' } }]);
  });
});

describe('the events and the counts', () => {
  it('tell of every failure of the backend, also of one that answers nobody later', async () => {
    const { backend, secrets, stack, events } = setUp();
    const reading = outcome(secrets.get('a'));
    secrets.invalidate('a');
    await backend.call(0).fail(failure('timeout'));
    expect(await reading).toBe('timeout');
    expect(events.filter(({ type }) => type === 'failure')).toEqual([
      { type: 'failure', ref: { name: 'a' }, code: 'timeout' },
    ]);
    expect(layersOf(stack)[0]?.snapshot?.()).toMatchObject({ failures: 1 });
  });
});
