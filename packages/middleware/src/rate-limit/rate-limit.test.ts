import { getEventListeners, setMaxListeners } from 'node:events';
import { compose, createSecrets } from '@secretkit/core';
import { layersOf, SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, outcome } from '../../test/held-backend.js';
import { retry } from '../retry/index.js';
import { type RateLimitOptions, rateLimit } from './index.js';
import { limiter } from './limiter.js';

const start = 1_700_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Ten calls a second, and a backend that remembers who came when. */
function setUp(options: Partial<RateLimitOptions> = {}) {
  const came: [name: string, atMs: number][] = [];
  const come = (name: string): void => {
    came.push([name, Date.now() - start]);
  };
  const provider = {
    name: 'store',
    get: async ({ name }) => {
      come(name);
      return seal('value');
    },
    getMany: async (refs) => {
      come(refs.map(({ name }) => name).join('+'));
      return refs.map(() => undefined);
    },
    set: async ({ name }) => come(`set ${name}`),
  } satisfies SecretProvider;
  const stack = rateLimit({ callsPerSecond: 10, ...options })(provider);
  const get = (name: string, ctx: Parameters<typeof stack.get>[1] = {}, account?: string) =>
    stack.get({ name, ...(account && { scope: { account } }) }, ctx);
  return { came, stack, get, snapshot: () => layersOf(stack)[0]?.snapshot?.() };
}

async function refusalOf(call: Promise<unknown>): Promise<SecretError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (error instanceof SecretError && error.code === 'rate_limited') return error;
  throw new Error('the call was not refused');
}

describe('calls under the limit', () => {
  it('go through at once', async () => {
    const { came, get, snapshot } = setUp();
    for (let i = 0; i < 3; i += 1) {
      await get(`${i}`);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(came).toEqual([
      ['0', 0],
      ['1', 100],
      ['2', 200],
    ]);
    expect(snapshot()).toEqual({ waiting: 0, delayed: 0, refused: 0 });
  });

  it('may come at once up to a burst, which is refilled by quiet', async () => {
    const { came, get } = setUp({ burstSize: 3 });
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => get(name));
    await vi.advanceTimersByTimeAsync(400); // two intervals after the last one that waited
    all.push(get('f'), get('g'), get('h'));
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(came).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 0],
      ['d', 100],
      ['e', 200],
      ['f', 400],
      ['g', 400],
      ['h', 500],
    ]);
  });
});

describe('calls over the limit', () => {
  it('wait for their turn, in the order they came, whatever they are', async () => {
    const { came, stack, get, snapshot } = setUp();
    const all: Promise<unknown>[] = [
      get('a'),
      stack.getMany([{ name: 'b' }, { name: 'c' }], {}),
      stack.set({ name: 'd' }, seal('value'), {}),
    ];
    expect(snapshot()).toEqual({ waiting: 2, delayed: 2, refused: 0 });
    await vi.advanceTimersByTimeAsync(150);
    all.push(get('e'));
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(came).toEqual([
      ['a', 0],
      ['b+c', 100],
      ['set d', 200],
      ['e', 300],
    ]);
    expect(snapshot()).toEqual({ waiting: 0, delayed: 3, refused: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are refused at once if their turn would come at the deadline or later, and take no turn', async () => {
    const { came, get, snapshot } = setUp();
    const all = [get('a'), get('b'), get('in time', { deadline: start + 201 })];
    expect(await refusalOf(get('too late', { deadline: start + 300 }))).toMatchObject({
      provider: 'store',
      operation: 'get',
      ref: { name: 'too late' },
      retryAfterMs: 300,
      retryable: true,
      message:
        'rate_limited: store get "too late": its turn would come in 300 ms, and its deadline is before that. Allow more time, or more callsPerSecond.',
    });
    all.push(get('d'));
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(came.map(([name]) => name)).toEqual(['a', 'b', 'in time', 'd']);
    expect(came.at(-1)).toEqual(['d', 300]);
    expect(snapshot()).toMatchObject({ refused: 1 });
  });

  it('that need not wait are not refused for a deadline that has passed: that is somebody else’s to say', async () => {
    const { came, get } = setUp();
    await get('a', { deadline: start - 5 });
    expect(came).toHaveLength(1);
  });

  it('are refused at once when the queue is full', async () => {
    const { came, stack, get } = setUp({ maxQueueSize: 2 });
    const all = [get('a'), get('b'), get('c')];
    const refused = await refusalOf(stack.getMany([{ name: 'd' }, { name: 'e' }], {}));
    expect(refused).toMatchObject({
      operation: 'getMany',
      retryAfterMs: 300,
      message:
        'rate_limited: store getMany: 2 calls are waiting for their turn already. Ask for several secrets in one batch, or allow more callsPerSecond or a larger maxQueueSize.',
    });
    expect(refused).not.toHaveProperty('ref');
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(came).toHaveLength(3);
  });

  it('never wait if there is to be no queue', async () => {
    const { get } = setUp({ maxQueueSize: 0 });
    await get('a');
    expect(await refusalOf(get('b'))).toMatchObject({ retryAfterMs: 100 });
    await vi.advanceTimersByTimeAsync(100);
    await get('c');
  });

  it('are a hundred in the queue at most, if nothing else is said', async () => {
    const { get } = setUp();
    const all = Array.from({ length: 101 }, (_, i) => get(`${i}`));
    await refusalOf(get('one more'));
    await vi.advanceTimersByTimeAsync(10_000);
    await Promise.all(all);
  });
});

describe('an abort', () => {
  it.each([new Error('enough'), 'a string', null])(
    'ends the wait at once with its very reason, and the others move up: %s',
    async (reason) => {
      const { came, get, snapshot } = setUp();
      const caller = new AbortController();
      const all = [get('a'), get('b')];
      const left = outcome(get('c', { signal: caller.signal }));
      all.push(get('d'));
      await vi.advanceTimersByTimeAsync(50);
      caller.abort(reason);
      expect(await left).toBe(reason);
      expect(snapshot()).toMatchObject({ waiting: 2 });
      await vi.advanceTimersByTimeAsync(1_000);
      await Promise.all(all);
      expect(came).toEqual([
        ['a', 0],
        ['b', 100],
        ['d', 200],
      ]);
    },
  );

  it('of the first in the queue passes its turn on', async () => {
    const { came, get } = setUp();
    const caller = new AbortController();
    void get('a');
    const left = outcome(get('b', { signal: caller.signal }));
    void get('c');
    caller.abort('enough');
    expect(await left).toBe('enough');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(came).toEqual([
      ['a', 0],
      ['c', 100],
    ]);
  });

  it('of the last in the queue leaves no timer', async () => {
    const { get } = setUp();
    const caller = new AbortController();
    void get('a');
    const left = outcome(get('b', { signal: caller.signal }));
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(1);
    caller.abort('enough');
    expect(vi.getTimerCount()).toBe(0);
    expect(await left).toBe('enough');
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    const next = get('c'); // and the next one starts one of its own
    await vi.advanceTimersByTimeAsync(100);
    await next;
  });

  it('that came before takes no turn', async () => {
    const { came, get } = setUp();
    expect(await outcome(get('a', { signal: AbortSignal.abort('enough') }))).toBe('enough');
    void get('b');
    await vi.advanceTimersByTimeAsync(0);
    expect(came).toEqual([['b', 0]]);
  });
});

describe('a long-lived signal', () => {
  it('has no listener left of 1,000 calls that waited', async () => {
    const { came, get } = setUp({ callsPerSecond: 1_000, maxQueueSize: 1_000 });
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const all = Array.from({ length: 1_000 }, (_, i) => get(`${i}`, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(999);
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(came.at(-1)).toEqual(['999', 999]);
    expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe('inside a retry', () => {
  it('every attempt takes a turn, and a refusal is tried again when its turn would have come', async () => {
    const came: number[] = [];
    const provider: SecretProvider = {
      name: 'down',
      get: async () => {
        came.push(Date.now() - start);
        throw failure('unavailable');
      },
    };
    const stack = compose(
      retry({ baseDelayMs: 0, random: () => 0 }),
      rateLimit({ callsPerSecond: 10, maxQueueSize: 0 }),
    )(provider);
    const read = outcome(stack.get({ name: 'a' }, {}));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await read, came]).toEqual(['unavailable', [0, 100]]);
  });
});

describe('one limit for each account', () => {
  it('lets nobody wait for another tenant', async () => {
    const { came, get, snapshot } = setUp({ per: 'account' });
    const all = [
      get('a', {}, 'acct_1'),
      get('b', {}, 'acct_1'),
      get('c', {}, 'acct_1'),
      get('d', {}, 'acct_2'),
      get('e', {}, 'acct_2'),
    ];
    expect(snapshot()).toEqual({ waiting: 3, delayed: 3, refused: 0 });
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(came).toEqual([
      ['a', 0],
      ['d', 0],
      ['b', 100],
      ['e', 100],
      ['c', 200],
    ]);
  });

  it('makes room for another: the account unused for longest begins anew', async () => {
    const { came, get } = setUp({ per: 'account', maxAccounts: 1 });
    await get('a', {}, 'acct_1');
    await get('b', {}, 'acct_2');
    await get('c', {}, 'acct_1');
    expect(came.map(([, atMs]) => atMs)).toEqual([0, 0, 0]);
  });
});

describe('one limit around two providers', () => {
  it('is one for each', async () => {
    const limit = rateLimit({ callsPerSecond: 1 });
    const provider: SecretProvider = { name: 'store', get: async () => seal('value') };
    for (const stack of [limit(provider), limit(provider)])
      expect(await outcome(createSecrets(stack).get('a'))).toBe('value');
  });
});

describe('the clock', () => {
  it.each([
    { title: 'set back by a day', by: -86_400_000 },
    { title: 'set forth by a day', by: 86_400_000 },
  ])('$title makes nobody wait for longer', async ({ by }) => {
    const { came, get } = setUp();
    const all = [get('a'), get('b')];
    vi.setSystemTime(Date.now() + by);
    all.push(get('c'));
    await vi.advanceTimersByTimeAsync(200);
    await Promise.all(all);
    expect(came).toHaveLength(3);
  });

  it('may stand still: timers measure the time, and the pace is kept', async () => {
    const came: number[] = [];
    const pacing = limiter({ intervalMs: 100, burstSize: 1 }, () => 5);
    const all = [1, 2, 3, 4].map(() => pacing.turn(undefined).then(() => came.push(Date.now() - start)));
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(came).toEqual([0, 100, 200, 300]);
  });
});

describe('whatever comes when', () => {
  const calls = fc.array(
    fc.record({
      afterMs: fc.nat({ max: 120 }),
      leavesAfterMs: fc.option(fc.nat({ max: 400 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 25 },
  );

  it('never more than the pace in any stretch of time, in order, and everyone who stays has a turn', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.integer({ min: 1, max: 4 }), async (arrivals, burstSize) => {
        const intervalMs = 50;
        const limit = limiter({ intervalMs, burstSize }, () => Date.now());
        const turns: { who: number; at: number }[] = [];
        const left = new Set<number>();
        const all: Promise<unknown>[] = [];
        for (const [who, { afterMs, leavesAfterMs }] of arrivals.entries()) {
          await vi.advanceTimersByTimeAsync(afterMs);
          const caller = new AbortController();
          if (leavesAfterMs !== undefined) setTimeout(() => caller.abort('enough'), leavesAfterMs);
          const foreseen = Date.now() + limit.delayMs;
          all.push(
            limit.turn(caller.signal).then(
              () => {
                turns.push({ who, at: Date.now() });
                expect(Date.now()).toBeLessThanOrEqual(foreseen);
              },
              () => left.add(who),
            ),
          );
        }
        await vi.advanceTimersByTimeAsync(10_000);
        await Promise.all(all);

        expect(turns.length + left.size).toBe(arrivals.length);
        expect(turns.map(({ who }) => who)).toEqual(turns.map(({ who }) => who).sort((a, b) => a - b));
        for (const [at, first] of turns.entries()) {
          for (const [more, last] of turns.slice(at).entries()) {
            expect(more + 1).toBeLessThanOrEqual(burstSize + (last.at - first.at) / intervalMs);
          }
        }
        expect([limit.waiting, vi.getTimerCount()]).toEqual([0, 0]);
      }),
      { seed: 20_261_124, numRuns: 60 },
    );
  });
});
