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
  vi.restoreAllMocks(); // first: a spy would put back the timer that it replaced
  vi.useRealTimers();
});

/** A limit of ten calls per second around a backend that records when each call started. */
function setUp(options: Partial<RateLimitOptions> = {}) {
  const started: [name: string, atMs: number][] = [];
  const record = (name: string): void => {
    started.push([name, Date.now() - start]);
  };
  const provider = {
    name: 'store',
    get: async ({ name }) => {
      record(name);
      return seal('value');
    },
    getMany: async (refs) => {
      record(refs.map(({ name }) => name).join('+'));
      return refs.map(() => undefined);
    },
    set: async ({ name }) => record(`set ${name}`),
    compareAndSet: async ({ name }) => {
      record(`compareAndSet ${name}`);
      return { version: 'v2' };
    },
    listVersions: async ({ name }) => {
      record(`listVersions ${name}`);
      return [];
    },
  } satisfies SecretProvider;
  const stack = rateLimit({ callsPerSecond: 10, ...options })(provider);
  const get = (name: string, ctx: Parameters<typeof stack.get>[1] = {}, account?: string) =>
    stack.get({ name, ...(account && { scope: { account } }) }, ctx);
  return { started, stack, get, snapshot: () => layersOf(stack)[0]?.snapshot?.() };
}

async function refusalOf(call: Promise<unknown>): Promise<SecretError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (error instanceof SecretError && error.code === 'rate_limited') return error;
  throw new Error('the call was not refused');
}

describe('compareAndSet and listVersions', () => {
  it('take their turn like any other call', async () => {
    const { started, stack, get } = setUp();
    const calls = [
      get('a'),
      stack.compareAndSet({ name: 'b' }, seal('new'), 'v1', {}),
      stack.listVersions({ name: 'c' }, {}),
    ];
    await vi.advanceTimersByTimeAsync(200);
    await Promise.all(calls);
    expect(started).toEqual([
      ['a', 0],
      ['compareAndSet b', 100],
      ['listVersions c', 200],
    ]);
  });
});

describe('a wall clock that is put forward', () => {
  it('refuses no call that would start before its deadline, and admits none early', async () => {
    const { started, get } = setUp();
    const deadline = performance.timeOrigin + performance.now() + 150;
    await get('a');
    vi.setSystemTime(Date.now() + 120_000);
    const waiting = get('b', { deadline });
    await vi.advanceTimersByTimeAsync(99);
    expect(started).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(started).toHaveLength(2);
  });
});

describe('a turn of a call that nobody waits for', () => {
  it('does not keep the process alive until a reader joins', async () => {
    const { get } = setUp();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const keepsAlive = (): boolean[] =>
      timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef()); // of each call in the queue
    const [joined, alone] = [new AbortController(), new AbortController()];
    await get('a');
    const calls = [get('b', { background: joined.signal }), get('c', { background: alone.signal }), get('d')];
    expect(keepsAlive()).toEqual([false, false, true]);
    joined.abort();
    expect(keepsAlive()).toEqual([true, false, true]);
    await vi.advanceTimersByTimeAsync(300);
    await Promise.all(calls);
    for (const { signal } of [joined, alone]) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('calls under the limit', () => {
  it('start at once', async () => {
    const { started, get, snapshot } = setUp();
    for (let i = 0; i < 3; i += 1) {
      await get(`${i}`);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(started).toEqual([
      ['0', 0],
      ['1', 100],
      ['2', 200],
    ]);
    expect(snapshot()).toEqual({ waiting: 0, delayed: 0, refused: 0 });
  });

  it('may start at once up to a burst, which a time without calls restores', async () => {
    const { started, get } = setUp({ burstSize: 3 });
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => get(name));
    await vi.advanceTimersByTimeAsync(400); // two intervals after the last one that waited
    all.push(get('f'), get('g'), get('h'));
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(started).toEqual([
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
  it('wait in the order of arrival, whatever their operation', async () => {
    const { started, stack, get, snapshot } = setUp();
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
    expect(started).toEqual([
      ['a', 0],
      ['b+c', 100],
      ['set d', 200],
      ['e', 300],
    ]);
    expect(snapshot()).toEqual({ waiting: 0, delayed: 3, refused: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are refused at once if they would start at the deadline or later, and do not delay others', async () => {
    const { started, get, snapshot } = setUp();
    const all = [get('a'), get('b'), get('in time', { deadline: start + 201 })];
    expect(await refusalOf(get('too late', { deadline: start + 300 }))).toMatchObject({
      provider: 'store',
      operation: 'get',
      ref: { name: 'too late' },
      retryAfterMs: 300,
      retryable: true,
      message: expect.stringMatching(
        /^rate_limited: store get "too late": .*\b300 ms\b.*callsPerSecond/,
      ) as string,
    });
    all.push(get('d'));
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(started.map(([name]) => name)).toEqual(['a', 'b', 'in time', 'd']);
    expect(started.at(-1)).toEqual(['d', 300]);
    expect(snapshot()).toMatchObject({ refused: 1 });
  });

  it('without a wait are not refused for a deadline that has passed: that is the task of a timeout', async () => {
    const { started, get } = setUp();
    await get('a', { deadline: start - 5 });
    expect(started).toHaveLength(1);
  });

  it('are refused at once when the queue is full', async () => {
    const { started, stack, get } = setUp({ maxQueueSize: 2 });
    const all = [get('a'), get('b'), get('c')];
    const refused = await refusalOf(stack.getMany([{ name: 'd' }, { name: 'e' }], {}));
    expect(refused).toMatchObject({
      operation: 'getMany',
      retryAfterMs: 300,
      message: expect.stringMatching(/^rate_limited: store getMany: .*\b2 calls\b.*maxQueueSize/) as string,
    });
    expect(refused).not.toHaveProperty('ref');
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(started).toHaveLength(3);
  });

  it('never wait if maxQueueSize is 0', async () => {
    const { get } = setUp({ maxQueueSize: 0 });
    await get('a');
    expect(await refusalOf(get('b'))).toMatchObject({ retryAfterMs: 100 });
    await vi.advanceTimersByTimeAsync(100);
    await get('c');
  });

  it('are by default at most a hundred in the queue', async () => {
    const { get } = setUp();
    const all = Array.from({ length: 101 }, (_, i) => get(`${i}`));
    await refusalOf(get('one more'));
    await vi.advanceTimersByTimeAsync(10_000);
    await Promise.all(all);
  });
});

describe('an abort', () => {
  it.each([new Error('enough'), 'a string', null])(
    'ends the wait at once with the same reason, and the others move up: %s',
    async (reason) => {
      const { started, get, snapshot } = setUp();
      const caller = new AbortController();
      const all = [get('a'), get('b')];
      const aborted = outcome(get('c', { signal: caller.signal }));
      all.push(get('d'));
      await vi.advanceTimersByTimeAsync(50);
      caller.abort(reason);
      expect(await aborted).toBe(reason);
      expect(snapshot()).toMatchObject({ waiting: 2 });
      await vi.advanceTimersByTimeAsync(1_000);
      await Promise.all(all);
      expect(started).toEqual([
        ['a', 0],
        ['b', 100],
        ['d', 200],
      ]);
    },
  );

  it('of the first in the queue moves up the next one', async () => {
    const { started, get } = setUp();
    const caller = new AbortController();
    void get('a');
    const aborted = outcome(get('b', { signal: caller.signal }));
    void get('c');
    caller.abort('enough');
    expect(await aborted).toBe('enough');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(started).toEqual([
      ['a', 0],
      ['c', 100],
    ]);
  });

  it('of the last in the queue leaves no timer', async () => {
    const { get } = setUp();
    const caller = new AbortController();
    void get('a');
    const aborted = outcome(get('b', { signal: caller.signal }));
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(1);
    caller.abort('enough');
    expect(vi.getTimerCount()).toBe(0);
    expect(await aborted).toBe('enough');
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    const next = get('c'); // which starts a timer of its own
    await vi.advanceTimersByTimeAsync(100);
    await next;
  });

  it('before the call does not delay others', async () => {
    const { started, get } = setUp();
    expect(await outcome(get('a', { signal: AbortSignal.abort('enough') }))).toBe('enough');
    void get('b');
    await vi.advanceTimersByTimeAsync(0);
    expect(started).toEqual([['b', 0]]);
  });
});

describe('a long-lived signal', () => {
  it('has no listener left after 1,000 calls that waited', async () => {
    const { started, get } = setUp({ callsPerSecond: 1_000, maxQueueSize: 1_000 });
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const all = Array.from({ length: 1_000 }, (_, i) => get(`${i}`, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(started.at(-1)).toEqual(['999', 999]);
    expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe('inside a retry', () => {
  it('every attempt counts, and a refusal is retried when the call would have started', async () => {
    const started: number[] = [];
    const provider: SecretProvider = {
      name: 'down',
      get: async () => {
        started.push(Date.now() - start);
        throw failure('unavailable');
      },
    };
    const stack = compose(
      retry({ baseDelayMs: 0, random: () => 0 }),
      rateLimit({ callsPerSecond: 10, maxQueueSize: 0 }),
    )(provider);
    const read = outcome(stack.get({ name: 'a' }, {}));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await read, started]).toEqual(['unavailable', [0, 100]]);
  });
});

describe('one limit for each account', () => {
  it('does not let one tenant delay another', async () => {
    const { started, get, snapshot } = setUp({ per: 'account' });
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
    expect(started).toEqual([
      ['a', 0],
      ['d', 0],
      ['b', 100],
      ['e', 100],
      ['c', 200],
    ]);
  });

  it('removes the least recently used account, which starts again without calls', async () => {
    const { started, get } = setUp({ per: 'account', maxAccounts: 1 });
    await get('a', {}, 'acct_1');
    await get('b', {}, 'acct_2');
    await get('c', {}, 'acct_1');
    expect(started.map(([, atMs]) => atMs)).toEqual([0, 0, 0]);
  });
});

describe('one rate limit around two providers', () => {
  it('is a separate limit for each', async () => {
    const limit = rateLimit({ callsPerSecond: 1 });
    const provider: SecretProvider = { name: 'store', get: async () => seal('value') };
    for (const stack of [limit(provider), limit(provider)])
      expect(await outcome(createSecrets(stack).get('a'))).toBe('value');
  });
});

describe('the clock', () => {
  it.each([
    { title: 'set back by a day', by: -86_400_000 },
    { title: 'set forward by a day', by: 86_400_000 },
  ])('$title does not make a call wait longer', async ({ by }) => {
    const { started, get } = setUp();
    const all = [get('a'), get('b')];
    vi.setSystemTime(Date.now() + by);
    all.push(get('c'));
    await vi.advanceTimersByTimeAsync(200);
    await Promise.all(all);
    expect(started).toHaveLength(3);
  });

  it('may stop: timers measure the time, and the rate is kept', async () => {
    const started: number[] = [];
    const limit = limiter({ intervalMs: 100, burstSize: 1 }, () => 5);
    const all = [1, 2, 3, 4].map(() => limit.acquire({}).then(() => started.push(Date.now() - start)));
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(all);
    expect(started).toEqual([0, 100, 200, 300]);
  });
});

describe('any sequence of calls', () => {
  const calls = fc.array(
    fc.record({
      afterMs: fc.nat({ max: 120 }),
      abortsAfterMs: fc.option(fc.nat({ max: 400 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 25 },
  );

  it('never exceeds the rate in any interval, keeps the order, and admits every call that is not aborted', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.integer({ min: 1, max: 4 }), async (arrivals, burstSize) => {
        const intervalMs = 50;
        const limit = limiter({ intervalMs, burstSize }, () => Date.now());
        const admitted: { call: number; at: number }[] = [];
        const aborted = new Set<number>();
        const all: Promise<unknown>[] = [];
        for (const [call, { afterMs, abortsAfterMs }] of arrivals.entries()) {
          await vi.advanceTimersByTimeAsync(afterMs);
          const caller = new AbortController();
          if (abortsAfterMs !== undefined) setTimeout(() => caller.abort('enough'), abortsAfterMs);
          const latest = Date.now() + limit.delayMs;
          all.push(
            limit.acquire({ signal: caller.signal }).then(
              () => {
                admitted.push({ call, at: Date.now() });
                expect(Date.now()).toBeLessThanOrEqual(latest);
              },
              () => aborted.add(call),
            ),
          );
        }
        await vi.advanceTimersByTimeAsync(10_000);
        await Promise.all(all);

        expect(admitted.length + aborted.size).toBe(arrivals.length);
        const order = admitted.map(({ call }) => call);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        for (const [at, first] of admitted.entries()) {
          for (const [more, last] of admitted.slice(at).entries()) {
            expect(more + 1).toBeLessThanOrEqual(burstSize + (last.at - first.at) / intervalMs);
          }
        }
        expect([limit.waiting, vi.getTimerCount()]).toEqual([0, 0]);
      }),
      { seed: 20_261_124, numRuns: 60 },
    );
  });
});

describe('where a request must not await the work of another one', () => {
  it('a call whose timer ended with its request delays no other, and is not counted for ever', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    const { get, started, snapshot } = setUp();
    await get('a');
    const timers = vi.spyOn(globalThis, 'setTimeout');
    void get('b'); // never settles: the runtime ends its timer, without an abort
    clearTimeout(timers.mock.results[0]?.value as NodeJS.Timeout);
    const behind = get('c');
    expect(snapshot()).toMatchObject({ waiting: 2 });
    await vi.advanceTimersByTimeAsync(200);
    await behind;
    expect(started).toEqual([
      ['a', 0],
      ['c', 200],
    ]);
    expect(snapshot()).toMatchObject({ waiting: 0 });
    vi.unstubAllGlobals();
  });

  it('an abort sets no timer of another call', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    const { get } = setUp();
    const caller = new AbortController();
    await get('a');
    const leaving = get('b', { signal: caller.signal });
    const behind = get('c');
    const timers = vi.spyOn(globalThis, 'setTimeout');
    caller.abort('enough');
    await expect(leaving).rejects.toBe('enough');
    expect(timers).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    await behind;
    vi.unstubAllGlobals();
  });
});
