import { getEventListeners } from 'node:events';
import { compose, createSecrets } from '@secretkit/core';
import {
  layersOf,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { circuitBreaker } from '../circuit-breaker/index.js';
import { timeout } from '../timeout/index.js';
import { type Retry, type RetryOptions, retry } from './index.js';

const start = 1_700_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.restoreAllMocks(); // first: a spy would put back the timer that it replaced
  vi.useRealTimers();
});

function setUp(options: RetryOptions = {}) {
  const backend = heldBackend();
  const stack = retry({ random: () => 1, ...options })(backend.provider);
  return { backend, stack, secrets: createSecrets(stack) };
}

/** Fails every call, and returns when each was made, in milliseconds from the start. */
async function failAll(backend: ReturnType<typeof heldBackend>, error: () => unknown, forMs = 60_000) {
  const times: number[] = [];
  const end = Date.now() + forMs;
  while (Date.now() <= end) {
    while (backend.calls.length > times.length) {
      times.push(Date.now() - start);
      await backend.call(times.length - 1).fail(error());
    }
    if (vi.getTimerCount() === 0) break;
    await vi.advanceTimersToNextTimerAsync();
    await flush();
  }
  return times;
}

describe('the schedule', () => {
  it.each([
    { random: 1, options: {}, times: [0, 100, 300] },
    { random: 0.5, options: {}, times: [0, 50, 150] },
    { random: 0, options: {}, times: [0, 0, 0] },
    { random: 1, options: { maxAttempts: 1 }, times: [0] },
    { random: 1, options: { maxAttempts: 6, baseDelayMs: 10 }, times: [0, 10, 30, 70, 150, 310] },
    {
      random: 1,
      options: { maxAttempts: 5, baseDelayMs: 100, maxDelayMs: 250 },
      times: [0, 100, 300, 550, 800],
    },
    { random: 1, options: { maxAttempts: 9, maxElapsedMs: 701 }, times: [0, 100, 300, 700] },
    { random: 1, options: { maxAttempts: 9, maxElapsedMs: 700 }, times: [0, 100, 300] },
  ])('with random $random and $options calls at $times ms', async ({ random, options, times }) => {
    const { backend, secrets } = setUp({ random: () => random, ...options });
    const read = outcome(secrets.get('a'));
    expect(await failAll(backend, () => failure('unavailable'))).toEqual(times);
    expect(await read).toBe('unavailable');
  });

  it.each([
    { retryAfterMs: 2_000, times: [0, 2_000, 4_000] },
    { retryAfterMs: 150, times: [0, 150, 350] },
    { retryAfterMs: 40_000, times: [0] },
    { retryAfterMs: Number.MAX_SAFE_INTEGER, times: [0] },
  ])(
    'waits at least as long as the backend asks for, if the deadline allows it: $retryAfterMs ms',
    async ({ retryAfterMs, times }) => {
      const { backend, secrets } = setUp();
      const read = outcome(secrets.get('a'));
      expect(await failAll(backend, () => failure('rate_limited', retryAfterMs))).toEqual(times);
      expect(await read).toBe('rate_limited');
    },
  );

  it('starts no wait that would end at or after the deadline', async () => {
    const { backend, stack } = setUp();
    const read = outcome(stack.get({ name: 'a' }, { deadline: start + 300 }));
    expect(await failAll(backend, () => failure('unavailable'))).toEqual([0, 100]);
    expect(await read).toBe('unavailable');
  });

  it('gives each attempt the deadline of all of them, never later than the caller’s', async () => {
    const { backend, stack } = setUp({ maxElapsedMs: 5_000, maxAttempts: 2 });
    void outcome(stack.get({ name: 'a' }, {}));
    void outcome(stack.get({ name: 'b' }, { deadline: start + 400 }));
    void outcome(stack.get({ name: 'c' }, { deadline: start + 9_000 }));
    await failAll(backend, () => failure('unavailable'));
    expect(backend.calls.map(({ names, ctx }) => [...names, (ctx.deadline ?? 0) - start])).toEqual([
      ['a', 5_000],
      ['b', 400],
      ['c', 5_000],
      ['a', 5_000],
      ['b', 400],
      ['c', 5_000],
    ]);
  });

  it('ends at maxElapsedMs even during an attempt, if there is a timeout inside', async () => {
    const backend = heldBackend();
    const options = { random: () => 1, maxAttempts: 9, maxElapsedMs: 1_000 };
    const secrets = createSecrets(compose(retry(options), timeout({ timeoutMs: 800 }))(backend.provider));
    let endedAt = 0;
    const read = outcome(secrets.get('a')).finally(() => {
      endedAt = Date.now() - start;
    });
    await vi.advanceTimersByTimeAsync(30_000);
    expect([await read, endedAt, backend.calls.length]).toEqual(['timeout', 1_000, 2]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    { maxAttempts: 1, times: [0] },
    { maxAttempts: 9, times: [0, 100, 300] },
  ])('makes no more attempts than the context allows: $maxAttempts', async ({ maxAttempts, times }) => {
    const { backend, stack } = setUp();
    void outcome(stack.get({ name: 'a' }, { maxAttempts }));
    expect(await failAll(backend, () => failure('unavailable'))).toEqual(times);
  });

  it('ends at the first answer', async () => {
    const { backend, secrets } = setUp();
    const read = outcome(secrets.get('a'));
    await backend.call(0).fail(failure('timeout'));
    await vi.advanceTimersByTimeAsync(100);
    await backend.call(1).answer('value');
    expect(await read).toBe('value');
    expect(backend.calls).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('which failures', () => {
  const retried: SecretErrorCode[] = ['rate_limited', 'unavailable', 'timeout'];
  const final: SecretErrorCode[] = [
    'permission_denied',
    'unauthenticated',
    'quota_exceeded',
    'circuit_open',
    'invalid_argument',
    'invalid_data',
    'conflict',
    'unsupported',
    'closed',
    'unknown',
  ];
  it.each([...retried.map((code) => ({ code, calls: 3 })), ...final.map((code) => ({ code, calls: 1 }))])(
    '$code: $calls calls',
    async ({ code, calls }) => {
      const { backend, secrets } = setUp();
      const read = outcome(secrets.get('a'));
      expect(await failAll(backend, () => failure(code))).toHaveLength(calls);
      expect(await read).toBe(code);
    },
  );

  it('that the backend marks as final are not retried, whatever their code', async () => {
    const { backend, secrets } = setUp();
    void outcome(secrets.get('a'));
    const replayed = () => new SecretError('unavailable', 'as scripted.', { retryable: false });
    expect(await failAll(backend, replayed)).toEqual([0]);
  });

  it.each([new TypeError('CANARY'), 'CANARY', null])(
    'that are not a SecretError are unknown, and not retried',
    async (thrown) => {
      const { backend, secrets } = setUp();
      const read = secrets.get('a').catch((error: unknown) => error);
      expect(await failAll(backend, () => thrown)).toEqual([0]);
      expect(await read).toMatchObject({ code: 'unknown', message: expect.not.stringContaining('CANARY') });
    },
  );

  it('a missing secret is an answer, and makes one call', async () => {
    const { backend, secrets } = setUp();
    const read = outcome(secrets.get('a'));
    await backend.call(0).answer(undefined);
    expect(await read).toBeUndefined();
  });
});

describe('a compareAndSet', () => {
  const codes: SecretErrorCode[] = ['rate_limited', 'unavailable', 'timeout', 'conflict', 'unknown'];
  it.each(codes)('is repeated after rate_limited only, since it may have been applied: %s', async (code) => {
    const { backend, stack } = setUp();
    const write = stack.compareAndSet({ name: 'a' }, seal('new'), 'v1', {}).catch((error: unknown) => error);
    expect(await failAll(backend, () => failure(code))).toHaveLength(code === 'rate_limited' ? 3 : 1);
    expect(await write).toMatchObject({ code });
  });

  it('is not repeated after a timeout inside', async () => {
    const backend = heldBackend();
    const stack = compose(retry(), timeout({ timeoutMs: 100 }))(backend.provider);
    const write = stack.compareAndSet({ name: 'a' }, seal('new'), undefined, {});
    const ended = write.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await ended).toMatchObject({ code: 'timeout', operation: 'compareAndSet' });
    expect(backend.calls).toHaveLength(1);
  });

  it('carries one idempotency key on all its attempts, and that of its caller', async () => {
    const { backend, stack } = setUp();
    const write = (ctx = {}): void => {
      stack.compareAndSet({ name: 'a' }, seal('new'), 'v1', ctx).catch(() => undefined);
    };
    write();
    await failAll(backend, () => failure('rate_limited'));
    const keys = backend.calls.map(({ ctx }) => ctx.idempotencyKey);
    expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
    write({ idempotencyKey: 'of the caller' });
    await flush();
    expect(backend.call(3).ctx.idempotencyKey).toBe('of the caller');
  });
});

describe('listVersions', () => {
  it('is retried like a read, without an idempotency key', async () => {
    const { backend, stack } = setUp();
    const reading = stack.listVersions({ name: 'a' }, {});
    await backend.call(0).fail(failure('unavailable'));
    await vi.advanceTimersByTimeAsync(100);
    await backend.call(1).answer();
    expect(await reading).toEqual([{ version: 'only' }]);
    expect(backend.calls.map(({ ctx }) => ctx.idempotencyKey)).toEqual([undefined, undefined]);
  });
});

describe('a wall clock that is put forward', () => {
  it('ends no retry: all three attempts are made, also with a timeout inside', async () => {
    for (const inner of [[], [timeout()]]) {
      const backend = heldBackend();
      const stack = compose(retry({ random: () => 1 }), ...inner)(backend.provider);
      const read = outcome(stack.get({ name: 'a' }, {}));
      await backend.call(0).fail(failure('unavailable'));
      vi.setSystemTime(Date.now() + 120_000);
      await vi.advanceTimersByTimeAsync(100);
      await backend.call(1).fail(failure('unavailable'));
      await vi.advanceTimersByTimeAsync(200);
      await backend.call(2).answer('value');
      expect(await read).toBe('value');
    }
  });

  it('is time passed if it is given as now', async () => {
    const clock = { ms: start };
    const { backend, stack } = setUp({ now: () => clock.ms });
    const read = outcome(stack.get({ name: 'a' }, {}));
    clock.ms += 120_000;
    await backend.call(0).fail(failure('unavailable'));
    expect(await read).toBe('unavailable');
  });
});

describe('a wait of a call that nobody waits for', () => {
  it('does not keep the process alive until a reader joins', async () => {
    const { backend, stack } = setUp();
    const background = new AbortController();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const read = outcome(stack.get({ name: 'a' }, { background: background.signal }));
    await backend.call(0).fail(failure('unavailable'));
    const timer = timers.mock.results[0]?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    expect(backend.call(0).ctx.background).toBe(background.signal);
    background.abort();
    expect(timer.hasRef()).toBe(true);
    await vi.advanceTimersByTimeAsync(100);
    await backend.call(1).answer('value');
    expect(await read).toBe('value');
    expect(getEventListeners(background.signal, 'abort')).toHaveLength(0);
  });
});

describe("the caller's abort", () => {
  it.each([new Error('enough'), 'a string', null])(
    'ends a wait at once, with the same reason: %s',
    async (reason) => {
      const { backend, secrets } = setUp();
      const controller = new AbortController();
      const read = outcome(secrets.get('a', { signal: controller.signal }));
      await backend.call(0).fail(failure('unavailable'));
      controller.abort(reason);
      expect(await read).toBe(reason);
      await flush();
      expect(backend.calls).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    },
  );
});

describe("the caller's abort with a reason that looks like a retryable failure", () => {
  it('ends the call, and is not retried', async () => {
    const events: Retry[] = [];
    const { backend, stack } = setUp({ onRetry: (event) => events.push(event) });
    const caller = new AbortController();
    const read = stack.get({ name: 'a' }, { signal: caller.signal }).catch((error: unknown) => error);
    await flush();
    const reason = failure('unavailable');
    caller.abort(reason);
    expect(await read).toBe(reason);
    expect([events.length, backend.calls.length, vi.getTimerCount()]).toEqual([0, 1, 0]);
  });
});

describe('a long-lived signal', () => {
  it('has no listener left, whether calls succeed, are retried or fail', async () => {
    let calls = 0;
    const provider: SecretProvider = {
      name: 'flaky',
      get: async () => {
        calls += 1;
        if (calls % 3 > 0) throw failure('unavailable');
        return seal('value');
      },
    };
    const stack = retry({ random: () => 1, maxAttempts: 2 })(provider);
    const { signal } = new AbortController();
    for (let round = 0; round < 100; round += 1) {
      const reads = Array.from({ length: 10 }, () => outcome(stack.get({ name: 'a' }, { signal })));
      await vi.advanceTimersByTimeAsync(100);
      expect(new Set(await Promise.all(reads))).toEqual(new Set(['value', 'unavailable']));
      expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);
    }
  });
});

describe('a batch', () => {
  it('reads only the refs with a retryable failure again', async () => {
    const { backend, secrets } = setUp();
    const batch = secrets.getManySettled({ a: 'a', b: 'b', c: 'c', d: 'd' });
    await backend.call(0).answer('value-a', failure('unavailable'), failure('permission_denied'), undefined);
    await vi.advanceTimersByTimeAsync(100);
    expect(backend.call(1).names).toEqual(['b']);
    await backend.call(1).answer('value-b');
    const { a, b, c, d } = await batch;
    expect([a, b].map((answer) => answer && 'reveal' in answer && answer.reveal())).toEqual([
      'value-a',
      'value-b',
    ]);
    expect(c).toMatchObject({ code: 'permission_denied' });
    expect(d).toBeUndefined();
  });

  it('keeps its answers when there are no attempts left', async () => {
    const { backend, secrets } = setUp({ maxAttempts: 2 });
    const batch = secrets.getManySettled({ a: 'a', b: 'b' });
    await backend.call(0).answer('value-a', failure('unavailable'));
    await vi.advanceTimersByTimeAsync(100);
    await backend.call(1).fail(failure('rate_limited'));
    const { a, b } = await batch;
    expect(a && 'reveal' in a && a.reveal()).toBe('value-a');
    expect(b).toMatchObject({ code: 'rate_limited', ref: { name: 'b' } });
  });
});

describe('a write', () => {
  it.each(['set', 'delete'] as const)(
    'carries one idempotency key on all its attempts: %s',
    async (write) => {
      const { backend, stack, secrets } = setUp();
      void (write === 'set' ? secrets.set('a', 'value') : secrets.delete('a')).catch(() => undefined);
      await failAll(backend, () => failure('timeout'));
      const byClient = backend.calls.map(({ ctx }) => ctx.idempotencyKey);
      expect(byClient).toHaveLength(3);
      expect(new Set(byClient).size).toBe(1);

      const direct =
        write === 'set' ? stack.set({ name: 'a' }, seal('value'), {}) : stack.delete({ name: 'a' }, {});
      direct.catch(() => undefined);
      await vi.advanceTimersByTimeAsync(0);
      expect(backend.call(3).ctx.idempotencyKey).toMatch(/^[\da-f-]{36}$/); // made by the retry, since there is no client
      expect(backend.call(3).ctx.idempotencyKey).not.toBe(byClient[0]);
    },
  );

  it('keeps the key that it has: the caller may send the write again', async () => {
    const { backend, stack } = setUp();
    stack.delete({ name: 'a' }, { idempotencyKey: 'of the caller' }).catch(() => undefined);
    await failAll(backend, () => failure('timeout'));
    const keys = backend.calls.map(({ ctx }) => ctx.idempotencyKey);
    expect(keys).toEqual(['of the caller', 'of the caller', 'of the caller']);
  });

  it('differs from a read, which has no key', async () => {
    const { backend, secrets } = setUp();
    void secrets.get('a');
    await flush();
    expect(backend.call(0).ctx.idempotencyKey).toBeUndefined();
  });
});

describe('onRetry', () => {
  it('is called for each failed attempt that is followed by another one', async () => {
    const events: Retry[] = [];
    const { backend, secrets } = setUp({ onRetry: (event) => events.push(event) });
    void outcome(secrets.get('a'));
    await failAll(backend, () => failure('unavailable'));
    const event = { provider: 'held', operation: 'get', refs: [{ name: 'a' }], code: 'unavailable' };
    expect(events).toEqual([
      { ...event, attempt: 1, delayMs: 100 },
      { ...event, attempt: 2, delayMs: 200 },
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('of the hook');
      },
    ],
    ['rejects', (): unknown => Promise.reject(new Error('of the hook'))],
  ])('does not affect the call when it %s', async (_, onRetry) => {
    const { backend, secrets } = setUp({ onRetry });
    const read = outcome(secrets.get('a'));
    expect(await failAll(backend, () => failure('unavailable'))).toHaveLength(3);
    expect(await read).toBe('unavailable');
  });
});

describe('a hook that changes the refs of its event', () => {
  it('does not exchange values', async () => {
    let fails = true;
    const stack = retry({ baseDelayMs: 1, onRetry: ({ refs }) => (refs as unknown[]).reverse() })({
      name: 'store',
      get: async () => undefined,
      async getMany(refs) {
        if (fails) {
          fails = false;
          throw failure('unavailable');
        }
        return refs.map(({ name }) => seal(name));
      },
    } satisfies SecretProvider);
    const reading = createSecrets(stack).getMany({ a: 'of a', b: 'of b' });
    await vi.runAllTimersAsync();
    const { a, b } = await reading;
    expect([a?.reveal(), b?.reveal()]).toEqual(['of a', 'of b']);
  });
});

describe('a baseDelayMs above the default of maxDelayMs', () => {
  it('raises that default', () => {
    const [layer] = layersOf(retry({ baseDelayMs: 10_000 })(heldBackend().provider));
    expect(layer?.options).toMatchObject({ baseDelayMs: 10_000, maxDelayMs: 10_000 });
  });
});

describe('around a timeout that allows one attempt more than maxElapsedMs', () => {
  it('is refused when the stack is built', () => {
    const { provider } = heldBackend();
    const stack = (timeoutMs: number) => compose(retry({ maxElapsedMs: 1_000 }), timeout({ timeoutMs }));
    expect(() => stack(1_001)(provider)).toThrow(RangeError);
    expect(() => stack(1_001)(provider)).toThrow(
      /^retry: maxElapsedMs must be .* timeoutMs .* 1001, got 1000\./,
    );
    expect(() => stack(1_000)(provider)).not.toThrow();
    const further = compose(retry({ maxElapsedMs: 1_000 }), circuitBreaker(), timeout({ timeoutMs: 1_001 }));
    expect(() => further(provider)).toThrow(RangeError);
  });
});

describe('invalid options', () => {
  it.each([
    [{ maxAttempts: 0 }, RangeError],
    [{ maxAttempts: 2.5 }, RangeError],
    [{ baseDelayMs: -1 }, RangeError],
    [{ baseDelayMs: 100, maxDelayMs: 50 }, RangeError],
    [{ maxElapsedMs: 0 }, RangeError],
    [{ maxAttempts: '3' }, TypeError],
    [{ retries: 3 }, TypeError],
  ])('are refused at construction: %j', (options, kind) => {
    expect(() => retry(options as never)).toThrow(kind);
  });
});
