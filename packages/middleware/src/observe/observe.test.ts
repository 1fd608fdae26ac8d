import { inspect } from 'node:util';
import { compose, createSecrets } from '@secretkit/core';
import {
  layersOf,
  type Secret,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { type CacheOptions, cache } from '../cache/index.js';
import { fallback } from '../fallback/index.js';
import { retry } from '../retry/index.js';
import { type CallEvent, observe } from './index.js';

const start = 1_700_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(options: CacheOptions = {}) {
  const backend = heldBackend();
  const events: CallEvent[] = [];
  const stack = compose(
    observe({ onEvent: (event) => events.push(event) }),
    cache({ ttlMs: 1_000, jitter: 0, ...options }),
  )(backend.provider);
  return { backend, events, stack, secrets: createSecrets(stack) };
}

/** A stack without a cache around a provider with one answer. */
function answering(answer: Secret | undefined | Error) {
  const events: CallEvent[] = [];
  const provider: SecretProvider = {
    name: 'store',
    get: async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const stack = observe({ onEvent: (event) => events.push(event) })(provider);
  return { events, stack };
}

describe('a cache hit', () => {
  it('passes unchanged, as the promise that the cache keeps, without an event', async () => {
    const { backend, events, stack, secrets } = setUp();
    const reading = secrets.get('a');
    await backend.call(0).answer('value');
    await reading;
    await secrets.get('a');
    const kept = secrets.get('a');
    expect(stack.get({ name: 'a' }, {})).toBe(kept);
    expect(stack.memory?.cached?.({ name: 'a' })(true)?.settled).toBe(kept);
    expect(
      (await stack.getMany?.([{ name: 'a' }], {}))?.map((answer) => (answer as Secret).reveal()),
    ).toEqual(['value']);
    expect(events).toHaveLength(1);
    expect(layersOf(stack)[1]?.snapshot?.()).toMatchObject({ hits: 5, misses: 1 });
  });

  it('is not used by a fresh read, or by a read that is aborted', async () => {
    const { backend, events, stack, secrets } = setUp();
    const reading = secrets.get('a');
    await backend.call(0).answer('value');
    await reading;
    const fresh = secrets.get('a', { fresh: true });
    await backend.call(1).answer('new');
    await fresh;
    expect(await outcome(stack.get({ name: 'a' }, { signal: AbortSignal.abort('enough') }))).toBe('enough');
    expect(events.map(({ outcome: ended, cache: result }) => [ended, result])).toEqual([
      ['found', 'miss'],
      ['found', 'refresh'],
      ['aborted', undefined],
    ]);
  });

  it('is not used by a read with maxAgeMs, which the cache decides about', async () => {
    const { backend, events, stack, secrets } = setUp();
    const reading = secrets.get('a');
    await backend.call(0).answer('value');
    await reading;
    const limited = stack.get({ name: 'a' }, { maxAgeMs: 10_000 });
    await flush();
    await backend.calls[1]?.answer('value'); // if the cache has asked for it
    await limited;
    expect(events).toHaveLength(2);
  });

  it('is reported with hits: true', async () => {
    const events: CallEvent[] = [];
    const stack = compose(
      observe({ hits: true, onEvent: (event) => events.push(event) }),
      cache(),
    )(memorySecrets({ initial: { a: 'value' } }));
    const secrets = createSecrets(stack);
    for (let i = 0; i < 3; i += 1) expect((await secrets.get('a'))?.reveal()).toBe('value');
    await secrets.getMany({ a: 'a', again: { name: 'a' }, b: 'a' });
    await stack.getMany?.([{ name: 'a' }], {});
    expect(events.map(({ operation, cache: result }) => [operation, result])).toEqual([
      ['get', 'miss'],
      ['get', 'hit'],
      ['get', 'hit'],
      ['get', 'hit'],
      ['getMany', 'hit'],
    ]);
    expect(stack.memory?.cached?.({ name: 'a' })(true)).toBe(undefined);
    expect(stack.memory?.cached?.({ name: 'a' })(false)?.secret.reveal()).toBe('value');
  });

  it('for a part of a batch does not hide the batch', async () => {
    const { backend, events, stack, secrets } = setUp();
    const reading = secrets.get('a');
    await backend.call(0).answer('value');
    await reading;
    const batch = stack.getMany?.([{ name: 'a' }, { name: 'b' }], {});
    await flush();
    await backend.call(1).answer('of b');
    expect((await batch)?.map((answer) => (answer as Secret).reveal())).toEqual(['value', 'of b']);
    expect(events[1]).toMatchObject({ operation: 'getMany', outcome: 'done', cache: 'miss', failed: 0 });
  });
});

describe('an event', () => {
  it('is made of compareAndSet and of listVersions too, with the version of the ref', async () => {
    const { backend, events, secrets, stack } = setUp();
    const writing = secrets.compareAndSet('a', 'CANARY-value', 'v1');
    await backend.call(0).answer();
    expect(await writing).toEqual({ version: 'v-compareAndSet' });
    const listing = secrets.listVersions('a').catch((error: unknown) => error);
    await backend.call(1).fail(failure('unavailable'));
    await listing;
    const reading = stack.get({ name: 'a', version: 'v1' }, {});
    await backend.call(2).answer('value');
    await reading;
    expect(events).toMatchObject([
      { operation: 'compareAndSet', refs: [{ name: 'a' }], outcome: 'done' },
      { operation: 'listVersions', refs: [{ name: 'a' }], outcome: 'unavailable' },
      { operation: 'get', refs: [{ name: 'a', version: 'v1' }], outcome: 'found', cache: 'miss' },
    ]);
    expect(events.map((event) => 'cache' in event)).toEqual([false, false, true]);
    expect(inspect(events, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it('has the provider, the operation, the refs, the result and the duration', async () => {
    const { backend, events, secrets } = setUp();
    const scope = { user: 'usr_1' };
    const reading = secrets.get({ name: 'a', scope });
    await vi.advanceTimersByTimeAsync(250);
    await backend.call(0).answer('CANARY-value');
    await reading;
    expect(events).toEqual([
      {
        provider: 'cache(held)',
        backend: 'held',
        operation: 'get',
        refs: [{ name: 'a', scope }],
        scope,
        outcome: 'found',
        cache: 'miss',
        durationMs: 250,
      },
    ]);
    expect(inspect(events, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it.each<[SecretErrorCode]>([['unavailable'], ['permission_denied'], ['invalid_argument'], ['unknown']])(
    'has the code of a failure: %s',
    async (code) => {
      const { events, stack } = answering(failure(code));
      expect(await outcome(stack.get({ name: 'a' }, {}))).toBe(code);
      expect(events).toEqual([expect.objectContaining({ outcome: code })]);
    },
  );

  it('differs for a missing secret and a found one, and has no cache result without a cache', async () => {
    for (const [answer, expected] of [
      [undefined, 'missing'],
      [seal('value'), 'found'],
    ] as const) {
      const { events, stack } = answering(answer);
      await stack.get({ name: 'a' }, {});
      expect(Object.keys(events[0] ?? {})).toEqual([
        'provider',
        'backend',
        'operation',
        'refs',
        'scope',
        'outcome',
        'durationMs',
      ]);
      expect(events[0]?.outcome).toBe(expected);
    }
  });

  it.each([new Error('enough'), null, failure('timeout')])(
    'reports an abort, whatever its reason: %s',
    async (reason) => {
      const { events, secrets } = setUp();
      const caller = new AbortController();
      const reading = secrets.get('a', { signal: caller.signal }).catch((error: unknown) => error);
      caller.abort(reason);
      expect(await reading).toBe(reason);
      await flush();
      expect(events.map((event) => event.outcome)).toEqual(['aborted']);
    },
  );

  it('is reported for every operation, which keeps its result', async () => {
    const events: CallEvent[] = [];
    const store = memorySecrets({ initial: { a: 'value' } });
    const secrets = createSecrets(observe({ onEvent: (event) => events.push(event) })(store));
    await secrets.set('b', 'value');
    await secrets.delete('b');
    await secrets.getMany({ a: 'a', b: 'b' });
    const scoped = secrets.scoped({ user: 'usr_1' });
    for await (const ref of secrets.list()) expect(ref).toEqual({ name: 'a' });
    for await (const { name } of scoped.list()) expect.unreachable(name);
    await expect(secrets.set('a', 'v', { expiresAt: new Date(1) })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect(
      events.map(({ operation, refs, scope, outcome: ended }) => [operation, refs.length, scope, ended]),
    ).toEqual([
      ['set', 1, undefined, 'done'],
      ['delete', 1, undefined, 'done'],
      ['getMany', 2, undefined, 'done'],
      ['list', 0, undefined, 'done'],
      ['list', 0, { user: 'usr_1' }, 'done'],
      ['set', 1, undefined, 'invalid_argument'],
    ]);
  });

  it('of a batch has the number of failures, and the code of the first', async () => {
    const events: CallEvent[] = [];
    const codes = [undefined, 'timeout', 'permission_denied'] as const;
    const store: SecretProvider = {
      name: 'store',
      get: async () => undefined,
      getMany: async (refs) => refs.map((_, at) => codes[at] && new SecretError(codes[at], 'as scripted.')),
    };
    const stack = observe({ onEvent: (event) => events.push(event) })(store);
    await stack.getMany?.([{ name: 'a' }, { name: 'b' }, { name: 'c' }], {});
    await stack.getMany?.([{ name: 'a' }], {});
    expect(events.map(({ outcome: ended, failed }) => [ended, failed])).toEqual([
      ['timeout', 2],
      ['done', 0],
    ]);
  });

  it('inside a retry is reported for each attempt', async () => {
    const events: CallEvent[] = [];
    const backend = heldBackend();
    const stack = compose(
      retry({ baseDelayMs: 0, maxDelayMs: 0 }),
      observe({ onEvent: (event) => events.push(event) }),
    );
    const reading = createSecrets(stack(backend.provider)).get('a');
    await backend.call(0).fail(failure('unavailable'));
    await vi.advanceTimersByTimeAsync(1);
    await backend.call(1).answer('value');
    await reading;
    expect(events.map((event) => event.outcome)).toEqual(['unavailable', 'found']);
  });
});

describe('the cache result of a read', () => {
  it('is miss, coalesced for a second reader, and hit for a remembered missing secret', async () => {
    const { backend, events, secrets } = setUp();
    const readers = [secrets.get('a'), secrets.get('a')];
    await backend.call(0).answer(undefined);
    await Promise.all(readers);
    await secrets.get('a');
    const results = events.map(({ cache: result, outcome: ended }) => [result, ended]);
    expect(results.slice(0, 2).sort()).toEqual([
      ['coalesced', 'missing'],
      ['miss', 'missing'],
    ]);
    expect(results.slice(2)).toEqual([['hit', 'missing']]);
  });

  it('is stale with the age of the value since the end of its freshness', async () => {
    const { backend, events, secrets } = setUp();
    const reading = secrets.get('a');
    await backend.call(0).answer('value');
    await reading;
    vi.setSystemTime(start + 1_500);
    const stale = secrets.get('a');
    await backend.call(1).fail(failure('unavailable'));
    expect((await stale)?.staleSince).toBeDefined();
    vi.setSystemTime(start + 2_000);
    await secrets.get('a');
    expect(
      events
        .slice(1)
        .map(({ cache: result, staleForMs, hiddenFailure }) => [result, staleForMs, hiddenFailure]),
    ).toEqual([
      ['stale', 500, 'unavailable'],
      ['stale', 1_000, 'unavailable'], // in the cooldown
    ]);
  });

  it('is stale also while the value is refreshed in the background', async () => {
    const { backend, events, secrets } = setUp({ staleWhileRevalidateMs: 60_000 });
    const reading = secrets.get('a');
    await backend.call(0).answer('value');
    await reading;
    vi.setSystemTime(start + 1_000);
    await secrets.get('a');
    expect(backend.calls).toHaveLength(2);
    expect(events[1]).toMatchObject({ cache: 'stale', staleForMs: 0 });
    expect(events[1]).not.toHaveProperty('hiddenFailure');
  });

  it('in a batch has the age of the oldest value, and never a negative age', async () => {
    const ages: (number | undefined)[] = [];
    const { backend, stack } = setUp();
    const old = stack.get({ name: 'a' }, {});
    await backend.call(0).answer('A');
    await old;
    vi.setSystemTime(start + 400);
    const newer = stack.get({ name: 'b' }, {});
    await backend.call(1).answer('B');
    await newer;
    vi.setSystemTime(start + 1_600);
    const onEvent = ({ staleForMs }: CallEvent): unknown => ages.push(staleForMs);
    const own = observe({ now: () => start + 1_600, onEvent })(stack);
    const behind = observe({ now: () => start, onEvent })(stack);
    for (const each of [own, behind]) {
      const batch = each.getMany?.([{ name: 'b' }, { name: 'a' }, { name: 'c' }], { fresh: false });
      await flush();
      await backend.calls.at(-1)?.fail(failure('unavailable'));
      await batch;
    }
    expect(ages).toEqual([600, 0]);
  });

  it('includes the caches inside a fallback', async () => {
    const events: CallEvent[] = [];
    const backend = heldBackend();
    const stack = observe({ onEvent: (event) => events.push(event) })(
      fallback(cache()(backend.provider), cache()({ name: 'second', get: async () => undefined })),
    );
    const reading = stack.get({ name: 'a' }, {});
    await backend.call(0).answer('value');
    await reading;
    await stack.get({ name: 'a' }, {});
    expect(events.map(({ cache: result }) => result)).toEqual(['miss']);
  });
});

describe('a hook', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('of the hook');
      },
    ],
    ['rejects', () => Promise.reject(new Error('of the hook'))],
  ])('that %s does not affect the call', async (_, hook) => {
    const stack = observe({ onEvent: hook })(memorySecrets({ initial: { a: 'value' } }));
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('value');
    expect(await outcome(stack.get({ name: 'none' }, {}))).toBe(undefined);
  });

  it('is called for a call after the stack is closed', async () => {
    const { events, stack, secrets } = setUp();
    await secrets.close();
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('closed');
    expect(events).toMatchObject([{ outcome: 'closed' }]);
  });

  it('is not affected by a memory that throws: the read rejects', async () => {
    const provider: SecretProvider = {
      name: 'store',
      get: async () => seal('value'),
      memory: {
        cached: () => {
          throw new TypeError('CANARY');
        },
      },
    };
    const error = await outcome(observe({ onEvent: () => undefined })(provider).get({ name: 'a' }, {}));
    expect(error).toBe('unknown');
  });
});

describe('invalid options', () => {
  const onEvent = (): void => undefined;
  it.each([
    [undefined, /^observe: options must be an object, got undefined\./],
    [{}, /^observe: onEvent must be a function, got undefined\./],
    [{ onEvent: 5 }, /^observe: onEvent must be a function, got number\./],
    [{ onEvents: onEvent }, /^observe: unknown option "onEvents"\. .*onEvent, hits, now/],
  ])('are refused at construction: %j', (options, message) => {
    expect(() => observe(options as never)).toThrow(TypeError);
    expect(() => observe(options as never)).toThrow(message);
  });
});

describe('its layer', () => {
  it('has its options', () => {
    const stack = observe({ onEvent: () => undefined })(memorySecrets());
    expect(stack.name).toBe('observe(memory)');
    expect(layersOf(stack)).toEqual([
      { name: 'observe', kind: Symbol.for('secretkit.kind.observe'), options: { hits: false } },
    ]);
  });
});
