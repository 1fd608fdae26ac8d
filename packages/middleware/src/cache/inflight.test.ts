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
  it('joins a fresh read that started in the same synchronous turn', async () => {
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

  it('does not join an earlier read, fresh or not', async () => {
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

  it('does not join one that was invalidated in the same synchronous turn', async () => {
    const { calls, secrets, fresh } = setUp();
    void fresh();
    secrets.invalidate('a');
    void fresh();
    expect(calls).toHaveLength(2);
  });

  it('leaves an earlier read joinable if the clock throws at its answer', async () => {
    let isBroken = false;
    const now = (): number => {
      if (isBroken) throw new Error('a broken clock');
      return 1_700_000_000_000;
    };
    const { backend, calls, secrets, fresh } = setUp({ now });
    const plain = outcome(secrets.get('a'));
    const failing = fresh();
    isBroken = true;
    await backend.call(1).answer('new');
    isBroken = false;
    expect(await failing).toBe('unknown');
    const later = outcome(secrets.get('a'));
    expect(calls).toHaveLength(2);
    await backend.call(0).answer('value');
    expect(await Promise.all([plain, later])).toEqual(['value', 'value']);
  });

  it('leaves an earlier read joinable if it is aborted or fails', async () => {
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

describe('a read that started before a fresh one', () => {
  it('evicts the value in memory when it is denied: law 3', async () => {
    const { clock, backend, secrets, fresh, warm } = setUp({ staleWhileRevalidateMs: 600_000 });
    await warm();
    clock.ms += ttlMs;
    expect(await outcome(secrets.get('a'))).toBe('old'); // and a refresh starts in the background
    const newer = fresh();
    await backend.call(1).fail(failure('permission_denied'));
    const later = outcome(secrets.get('a'));
    await backend.call(2).fail(failure('unavailable'));
    expect([await newer, await later]).toEqual(['unavailable', 'unavailable']);
  });

  it.each([
    ['a denial', failure('permission_denied')],
    ['a value', 'older'],
    ['a missing secret', undefined],
  ])('does not replace the answer of the fresh one: %s', async (_, answer) => {
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
  ])('stores nothing after the fresh one was %s', async (_, answer) => {
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
    'releases the readers of detached requests too: after %s',
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

  it('refuses later reads, and stores no answer of a request in flight', async () => {
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
  it('fetches a secret once that it names twice, also in the background', async () => {
    const { clock, calls, stack, warm } = setUp({ staleWhileRevalidateMs: 10_000 });
    await warm();
    clock.ms += ttlMs;
    const twice = [{ name: 'a' }, { name: 'a' }];
    const answers = await stack.getMany(twice, {});
    expect(answers.map((answer) => answer && 'reveal' in answer && answer.reveal())).toEqual(['old', 'old']);
    expect(calls.slice(1).map(({ names }) => names)).toEqual([['a']]);
  });

  it('goes on for the other readers when one leaves, and stores every answer', async () => {
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

  it('stores no answer when every reader has left', async () => {
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
    const record = (warning: Error): void => {
      warnings.push(warning.name);
    };
    process.on('warning', record);
    const { backend, secrets } = setUp();
    const { signal } = new AbortController();
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [String(at), `name-${at}`]));
    const batch = secrets.getMany(many, { signal });
    await backend.call(0).answer(...Object.keys(many));
    expect(Object.keys(await batch)).toHaveLength(50);
    await new Promise((resolve) => {
      setImmediate(resolve); // a warning is emitted in the next turn
    });
    process.off('warning', record);
    expect(warnings).toEqual([]);
  });
});

describe('a reader', () => {
  it('leaves at once if its signal aborts while the call starts, and the call is aborted', async () => {
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

  it('starts no call if its deadline has passed', async () => {
    const { clock, calls, stack } = setUp();
    expect(await outcome(stack.get({ name: 'a' }, { deadline: clock.ms }))).toBe('timeout');
    const settled = await stack.getMany([{ name: 'a' }, { name: 'b' }], { deadline: clock.ms - 1 });
    expect(settled).toMatchObject([
      { code: 'timeout', ref: { name: 'a' } },
      { code: 'timeout', ref: { name: 'b' } },
    ]);
    expect(calls).toEqual([]);
  });

  it('gets a failure with the ref that it used, if another reader used another name', async () => {
    const backend = heldBackend();
    const canonical: SecretProvider['canonical'] = ({ name }) => ({ name: name.toUpperCase() });
    const secrets = createSecrets(cache()({ ...backend.provider, canonical }));
    const [one, other] = ['a', 'A'].map((name) => secrets.get(name).catch((error: unknown) => error));
    await backend.call(0).fail(failure('unavailable'));
    expect([await one, await other]).toMatchObject([{ ref: { name: 'a' } }, { ref: { name: 'A' } }]);
  });
});

describe('the events and the counts', () => {
  it('include every failure of the backend, also of a detached request', async () => {
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
