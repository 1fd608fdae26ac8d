import { createSecrets } from '@secretkit/core';
import { around } from '@secretkit/core/middleware';
import {
  errorRules,
  layersOf,
  type SecretErrorCode,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import type { CircuitChange } from '../circuit-breaker/index.js';
import type { Retry } from '../retry/index.js';
import { type RecommendedOptions, recommended } from './index.js';

const start = 1_700_000_000_000;
const minuteMs = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.restoreAllMocks(); // first: a spy would put back the timer that it replaced
  vi.useRealTimers();
});

function setUp(options: RecommendedOptions = {}) {
  const backend = heldBackend();
  const stack = recommended({ random: () => 1 - 2 ** -52, ...options })(backend.provider);
  return { backend, stack, secrets: createSecrets(stack) };
}

const optionsOf = (middleware: ReturnType<typeof recommended>) =>
  Object.fromEntries(
    layersOf(middleware(heldBackend().provider)).map(({ name, options }) => [name, options]),
  );

describe('the recommended stack', () => {
  it('has all layers, in the recommended order', () => {
    const { stack } = setUp();
    expect(layersOf(stack).map(({ name }) => name)).toEqual(['cache', 'retry', 'circuitBreaker', 'timeout']);
    expect(layersOf(setUp({ rateLimit: { callsPerSecond: 20 } }).stack).map(({ name }) => name)).toEqual([
      'cache',
      'retry',
      'circuitBreaker',
      'rateLimit',
      'timeout',
    ]);
  });

  it('has telemetry outermost if it is given', () => {
    const telemetry = around({ name: 'telemetry', policy: (run, ctx) => run(ctx) });
    expect(layersOf(setUp({ telemetry }).stack).map(({ name }) => name)).toEqual([
      'telemetry',
      'cache',
      'retry',
      'circuitBreaker',
      'timeout',
    ]);
  });

  it('has a shared cache inside the cache if it is given', () => {
    const shared = around({ name: 'sharedCache', policy: (run, ctx) => run(ctx) });
    expect(layersOf(setUp({ shared }).stack).map(({ name }) => name)).toEqual([
      'cache',
      'sharedCache',
      'retry',
      'circuitBreaker',
      'timeout',
    ]);
  });

  it('has the defaults of each layer', () => {
    expect(optionsOf(recommended())).toMatchObject({
      cache: { ttlMs: 300_000, staleIfErrorMs: 3_600_000 },
      retry: { maxAttempts: 3, maxElapsedMs: 30_000 },
      circuitBreaker: { strategy: { name: 'consecutiveFailures', maxFailures: 5 }, openMs: 10_000 },
      timeout: { timeoutMs: 3_000 },
    });
  });

  it('passes each layer its own options', () => {
    const stack = recommended({
      cache: { ttlMs: 1 },
      retry: { maxAttempts: 2 },
      circuitBreaker: { openMs: 3 },
      rateLimit: { callsPerSecond: 4 },
      timeout: { timeoutMs: 5 },
    });
    expect(optionsOf(stack)).toMatchObject({
      cache: { ttlMs: 1 },
      retry: { maxAttempts: 2 },
      circuitBreaker: { openMs: 3 },
      rateLimit: { callsPerSecond: 4 },
      timeout: { timeoutMs: 5 },
    });
  });

  it('passes all layers its now and random, unless they have their own', async () => {
    const read: string[] = [];
    const clock = (name: string) => () => {
      read.push(name);
      return start;
    };
    const provider: SecretProvider = {
      name: 'failing',
      get: () => Promise.reject(failure('unavailable')),
    };
    const stack = recommended({
      now: clock('shared'),
      random: () => 0,
      circuitBreaker: { now: clock('breaker') },
      rateLimit: { callsPerSecond: 1_000 },
    });
    const reading = outcome(stack(provider).get({ name: 'a' }, {}));
    await vi.advanceTimersByTimeAsync(10); // the waits of the retry are 0, since random returns 0
    expect(await reading).toBe('unavailable');
    expect(new Set(read)).toEqual(new Set(['shared', 'breaker']));
  });
});

describe('a hit', () => {
  it('returns the promise stored in the cache, and no inner layer does any work', async () => {
    const { backend, stack } = setUp({ rateLimit: { callsPerSecond: 20 } });
    const ref = { name: 'a' };
    const first = outcome(stack.get(ref, {}));
    await flush();
    await backend.call(0).answer('value');
    expect(await first).toBe('value');
    const stored = stack.get(ref, {});
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const { signal } = new AbortController();
    const listeners = vi.spyOn(signal, 'addEventListener');
    for (let i = 0; i < 100; i += 1) expect(stack.get(ref, { signal })).toBe(stored);
    expect(await outcome(stored)).toBe('value');
    expect([backend.calls.length, timers.mock.calls.length, listeners.mock.calls.length]).toEqual([1, 0, 0]);
  });
});

describe('many readers of one secret', () => {
  it('share one sequence of attempts', async () => {
    const { backend, secrets } = setUp();
    const readers = Array.from({ length: 100 }, () => outcome(secrets.get('a')));
    for (const [at, waitMs] of [100, 200, 0].entries()) {
      await flush();
      expect(backend.calls).toHaveLength(at + 1);
      await backend.call(at).fail(failure('unavailable'));
      await vi.advanceTimersByTimeAsync(waitMs);
    }
    expect(new Set(await Promise.all(readers))).toEqual(new Set(['unavailable']));
    expect(backend.calls).toHaveLength(3);
  });
});

describe('a failure', () => {
  it.each(Object.entries(errorRules).filter(([code]) => code !== 'not_found'))(
    'is retried only if its code is retryable: %s',
    async (code, { retryable }) => {
      const { backend, secrets } = setUp();
      const read = outcome(secrets.get('a'));
      await backend.call(0).fail(failure(code as SecretErrorCode)); // Object.entries() returns strings
      await vi.advanceTimersByTimeAsync(100);
      expect(backend.calls).toHaveLength(retryable ? 2 : 1);
      for (const [at, call] of backend.calls.entries()) if (at > 0) await call.answer('value');
      expect(await read).toBe(retryable ? 'value' : code);
    },
  );

  it('that opens the circuit ends the retry', async () => {
    const { backend, secrets } = setUp({ retry: { maxAttempts: 9, baseDelayMs: 10 } });
    const read = outcome(secrets.get('a'));
    for (let at = 0; at < 5; at += 1) {
      await backend.call(at).fail(failure('unavailable'));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect([await read, backend.calls.length]).toEqual(['circuit_open', 5]);
  });

  it('of a backend that hangs is a timeout, and opens the circuit', async () => {
    const changes: CircuitChange[] = [];
    const retries: Retry[] = [];
    const { secrets } = setUp({
      retry: { onRetry: (retry) => retries.push(retry) },
      circuitBreaker: { onStateChange: (change) => changes.push(change) },
    });
    const reads = ['a', 'b'].map((name) => outcome(secrets.get(name)));
    await vi.advanceTimersByTimeAsync(3 * 3_000 + 300);
    expect(await Promise.all(reads)).toEqual(['timeout', 'timeout']);
    expect(await outcome(secrets.get('c'))).toBe('circuit_open');
    expect(retries.map(({ attempt, code }) => [attempt, code])).toEqual([
      [1, 'timeout'],
      [1, 'timeout'],
      [2, 'timeout'],
      [2, 'timeout'],
    ]);
    expect(changes).toMatchObject([{ to: 'open', code: 'timeout' }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('of a refresh does not fail the read, and is one attempt', async () => {
    const { backend, secrets } = setUp();
    const first = outcome(secrets.get('a'));
    await backend.call(0).answer('value');
    expect(await first).toBe('value');
    await vi.advanceTimersByTimeAsync(5 * minuteMs);
    const later = secrets.get('a');
    await flush();
    await backend.call(1).fail(failure('unavailable'));
    expect((await later)?.staleSince).toBeInstanceOf(Date);
    expect(backend.calls).toHaveLength(2);
  });
});

describe('a wrong option', () => {
  it.each<[options: object, ErrorConstructor, message: RegExp]>([
    [
      { ttlMs: 5 },
      TypeError,
      /^recommended: .*"ttlMs".* telemetry, snapshot, shared, cache, retry, circuitBreaker, rateLimit, timeout, now, random\.$/,
    ],
    [{ cache: false }, TypeError, /^recommended: cache .*cache\(\).*boolean.*compose\(\)/],
    [{ retry: null }, TypeError, /^recommended: retry .*retry\(\).*null/],
    [{ circuitBreaker: [] }, TypeError, /^recommended: circuitBreaker .*circuitBreaker\(\).*array/],
    [{ rateLimit: 20 }, TypeError, /^recommended: rateLimit .*rateLimit\(\).*number/],
    [{ timeout: 'CANARY' }, TypeError, /^recommended: timeout .*timeout\(\).*string/],
    [{ telemetry: {} }, TypeError, /middleware/],
    [{ cache: { ttlMs: 0 } }, RangeError, /^cache: ttlMs /],
    [{ retry: { maxAttempts: 0 } }, RangeError, /^retry: maxAttempts /],
    [{ circuitBreaker: { openMs: -1 } }, RangeError, /^circuitBreaker: openMs /],
    [{ rateLimit: {} }, TypeError, /^rateLimit: callsPerSecond .*undefined/],
    [{ timeout: { timeoutMs: 0 } }, RangeError, /^timeout: timeoutMs /],
    [
      { timeout: { timeoutMs: 30_001 } },
      RangeError,
      /^recommended: maxElapsedMs of retry (?=.*30000)(?=.*30001)(?=.*timeoutMs)/,
    ],
    [{ retry: { maxElapsedMs: 2_999 } }, RangeError, /^recommended: maxElapsedMs of retry .*2999/],
  ])('throws when the stack is built: %j', (options, kind, message) => {
    const build = () => recommended(options);
    expect(build).toThrow(kind);
    expect(build).toThrow(message);
    expect(build).not.toThrow('CANARY');
  });

  it.each<RecommendedOptions>([
    { timeout: { timeoutMs: 30_000 } },
    { retry: { maxElapsedMs: 3_000 } },
    { retry: { maxElapsedMs: 60_000 }, timeout: { timeoutMs: 60_000 } },
  ])('does not include %j', (options) => {
    expect(() => recommended(options)({ name: 'store', get: async () => seal('value') })).not.toThrow();
  });
});
