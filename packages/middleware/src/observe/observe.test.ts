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

/** One provider without a cache, which answers as it is told. */
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

describe('what is fresh in memory', () => {
  it('passes untouched: by the very promise that the cache keeps, without an event', async () => {
    const { backend, events, stack, secrets } = setUp();
    const reading = secrets.get('a');
    await backend.call(0).answer('value');
    await reading;
    await secrets.get('a');
    const kept = secrets.get('a');
    expect(stack.get({ name: 'a' }, {})).toBe(kept);
    expect(stack.recall?.({ name: 'a' })(true)?.answer).toBe(kept);
    expect(
      (await stack.getMany?.([{ name: 'a' }], {}))?.map((answer) => (answer as Secret).reveal()),
    ).toEqual(['value']);
    expect(events).toHaveLength(1);
    expect(layersOf(stack)[1]?.snapshot?.()).toMatchObject({ hits: 5, misses: 1 });
  });

  it('is asked for anew by a fresh read, and by one whose caller has left', async () => {
    const { backend, events, stack, secrets } = setUp();
    const reading = secrets.get('a');
    await backend.call(0).answer('value');
    await reading;
    const fresh = secrets.get('a', { fresh: true });
    await backend.call(1).answer('new');
    await fresh;
    expect(await outcome(stack.get({ name: 'a' }, { signal: AbortSignal.abort('enough') }))).toBe('enough');
    expect(events.map(({ outcome: came, cache: result }) => [came, result])).toEqual([
      ['found', 'miss'],
      ['found', 'refresh'],
      ['aborted', undefined],
    ]);
  });

  it('is told of if that is asked for', async () => {
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
    expect(stack.recall).toBe(undefined);
  });

  it('of a batch in part is told of as a whole', async () => {
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
  it('tells what was asked, of whom, what came of it and how long it took', async () => {
    const { backend, events, secrets } = setUp();
    const scope = { user: 'usr_1' };
    const reading = secrets.get({ name: 'a', scope });
    await vi.advanceTimersByTimeAsync(250);
    await backend.call(0).answer('CANARY-value');
    await reading;
    expect(events).toEqual([
      {
        provider: 'cache(held)',
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
    'tells the code of a failure: %s',
    async (code) => {
      const { events, stack } = answering(failure(code));
      expect(await outcome(stack.get({ name: 'a' }, {}))).toBe(code);
      expect(events).toEqual([expect.objectContaining({ outcome: code })]);
    },
  );

  it('tells a secret that is missing from one that is found, and has nothing of a cache where there is none', async () => {
    for (const [answer, expected] of [
      [undefined, 'missing'],
      [seal('value'), 'found'],
    ] as const) {
      const { events, stack } = answering(answer);
      await stack.get({ name: 'a' }, {});
      expect(Object.keys(events[0] ?? {})).toEqual([
        'provider',
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
    'tells an abort, whatever its reason: %s',
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

  it('tells of every operation, and hands on what it comes to', async () => {
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
      events.map(({ operation, refs, scope, outcome: came }) => [operation, refs.length, scope, came]),
    ).toEqual([
      ['set', 1, undefined, 'done'],
      ['delete', 1, undefined, 'done'],
      ['getMany', 2, undefined, 'done'],
      ['list', 0, undefined, 'done'],
      ['list', 0, { user: 'usr_1' }, 'done'],
      ['set', 1, undefined, 'invalid_argument'],
    ]);
  });

  it('of a batch tells how many failed, and the code of the first', async () => {
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
    expect(events.map(({ outcome: came, failed }) => [came, failed])).toEqual([
      ['timeout', 2],
      ['done', 0],
    ]);
  });

  it('within a retry is one for each attempt', async () => {
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

describe('what the cache made of a read', () => {
  it('is told: a miss, a reader who joined, an absence that is known', async () => {
    const { backend, events, secrets } = setUp();
    const readers = [secrets.get('a'), secrets.get('a')];
    await backend.call(0).answer(undefined);
    await Promise.all(readers);
    await secrets.get('a');
    const told = events.map(({ cache: result, outcome: came }) => [result, came]);
    expect(told.slice(0, 2).sort()).toEqual([
      ['coalesced', 'missing'],
      ['miss', 'missing'],
    ]);
    expect(told.slice(2)).toEqual([['hit', 'missing']]);
  });

  it('is told with the age of what is stale: since the value was no longer fresh', async () => {
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
      events.slice(1).map(({ cache: result, staleForMs, outcome: came }) => [result, staleForMs, came]),
    ).toEqual([
      ['stale', 500, 'found'],
      ['stale', 1_000, 'found'],
    ]);
  });

  it('is stale also while a new value is fetched behind the reader’s back', async () => {
    const { backend, events, secrets } = setUp({ staleWhileRevalidateMs: 60_000 });
    const reading = secrets.get('a');
    await backend.call(0).answer('value');
    await reading;
    vi.setSystemTime(start + 1_000);
    await secrets.get('a');
    expect(backend.calls).toHaveLength(2);
    expect(events[1]).toMatchObject({ cache: 'stale', staleForMs: 0 });
  });

  it('in a batch has the age of the oldest, and never a negative one', async () => {
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

  it('is told of the caches within a fallback, too', async () => {
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
  ])('that %s harms no call', async (_, hook) => {
    const stack = observe({ onEvent: hook })(memorySecrets({ initial: { a: 'value' } }));
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('value');
    expect(await outcome(stack.get({ name: 'none' }, {}))).toBe(undefined);
  });

  it('is told when a call comes after the end', async () => {
    const { events, stack, secrets } = setUp();
    await secrets.close();
    expect(await outcome(stack.get({ name: 'a' }, {}))).toBe('closed');
    expect(events).toMatchObject([{ outcome: 'closed' }]);
  });

  it('is not there for what fails at a look into memory: that is a rejection, too', async () => {
    const provider: SecretProvider = {
      name: 'store',
      get: async () => seal('value'),
      recall: () => {
        throw new TypeError('CANARY');
      },
    };
    const error = await outcome(observe({ onEvent: () => undefined })(provider).get({ name: 'a' }, {}));
    expect(error).toBe('unknown');
  });
});

describe('wrong options', () => {
  const onEvent = (): void => undefined;
  it.each([
    [undefined, 'observe takes an object of options: onEvent, hits, now.'],
    [{}, 'observe needs a function: observe({ onEvent }).'],
    [{ onEvent: 5 }, 'observe needs a function: observe({ onEvent }).'],
    [{ onEvent, hits: 1 }, 'observe: hits is true or false.'],
    [{ onEvent, now: 5 }, 'observe: now is a function, not number.'],
    [{ onEvents: onEvent }, 'observe has no option "onEvents". It has onEvent, hits, now.'],
  ])('are refused when it is built: %j', (options, message) => {
    expect(() => observe(options as never)).toThrow(TypeError);
    expect(() => observe(options as never)).toThrow(message);
  });
});

describe('its layer', () => {
  it('tells its options', () => {
    const stack = observe({ onEvent: () => undefined })(memorySecrets());
    expect(stack.name).toBe('observe(memory)');
    expect(layersOf(stack)).toEqual([{ name: 'observe', options: { hits: false } }]);
  });
});
