import type { Middleware } from '@secretkit/core/middleware';
import { layersOf, type SecretProvider, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { cache } from '../cache/index.js';
import { circuitBreaker, consecutiveFailures, failureShare } from '../circuit-breaker/index.js';
import { rateLimit } from '../rate-limit/index.js';
import { retry } from '../retry/index.js';
import { timeout } from '../timeout/index.js';

const provider: SecretProvider = { name: 'store', get: async () => seal('value') };
const longest = 2_147_483_647;

describe('a wrong option is named, with what it may be', () => {
  it.each<[(options: never) => Middleware, object, string]>([
    [
      cache,
      { ttl: 5 },
      'cache has no option "ttl". It has ttlMs, jitter, refreshAheadMs, staleWhileRevalidateMs, staleIfErrorMs, negativeTtlMs, denialTtlMs, failureCooldownMs, maxEntries, now, random, onEvent.',
    ],
    [cache, { ttlMs: 0 }, `cache: ttlMs is a number from 1 to ${longest}; it was 0.`],
    [cache, { ttlMs: longest + 1 }, `cache: ttlMs is a number from 1 to ${longest}; it was ${longest + 1}.`],
    [cache, { maxEntries: 0 }, 'cache: maxEntries is a whole number from 1 to 1000000; it was 0.'],
    [
      cache,
      { maxEntries: 1_000_001 },
      'cache: maxEntries is a whole number from 1 to 1000000; it was 1000001.',
    ],
    [cache, { jitter: 1.01 }, 'cache: jitter is a number from 0 to 1; it was 1.01.'],
    [cache, { jitter: -0.1 }, 'cache: jitter is a number from 0 to 1; it was -0.1.'],
    [cache, { refreshAheadMs: -1 }, `cache: refreshAheadMs is a number from 0 to ${longest}; it was -1.`],
    [
      cache,
      { ttlMs: 1, staleWhileRevalidateMs: Number.NaN },
      `cache: staleWhileRevalidateMs is a number from 0 to ${longest}; it was NaN.`,
    ],
    [
      cache,
      { ttlMs: 1, staleIfErrorMs: Number.POSITIVE_INFINITY },
      `cache: staleIfErrorMs is a number from 0 to ${longest}; it was Infinity.`,
    ],
    [cache, { negativeTtlMs: -1 }, `cache: negativeTtlMs is a number from 0 to ${longest}; it was -1.`],
    [cache, { denialTtlMs: -1 }, `cache: denialTtlMs is a number from 0 to ${longest}; it was -1.`],
    [
      cache,
      { failureCooldownMs: -1 },
      `cache: failureCooldownMs is a number from 0 to ${longest}; it was -1.`,
    ],
    [
      cache,
      { staleWhileRevalidateMs: 5 },
      'cache: staleWhileRevalidateMs counts from the end of ttlMs. Give ttlMs, too.',
    ],
    [cache, { staleIfErrorMs: 5 }, 'cache: staleIfErrorMs counts from the end of ttlMs. Give ttlMs, too.'],
    [cache, { now: 5 }, 'cache: now is a function, not number.'],
    [cache, { random: 5 }, 'cache: random is a function, not number.'],
    [cache, { onEvent: 5 }, 'cache: onEvent is a function, not number.'],
    [
      retry,
      { attempts: 5 },
      'retry has no option "attempts". It has maxAttempts, baseDelayMs, maxDelayMs, maxElapsedMs, onRetry, now, random.',
    ],
    [retry, { maxAttempts: 0 }, 'retry: maxAttempts is a whole number from 1 to 100; it was 0.'],
    [retry, { maxAttempts: 2.5 }, 'retry: maxAttempts is a whole number from 1 to 100; it was 2.5.'],
    [retry, { baseDelayMs: -1 }, `retry: baseDelayMs is a number from 0 to ${longest}; it was -1.`],
    [retry, { maxDelayMs: 99 }, `retry: maxDelayMs is a number from 100 to ${longest}; it was 99.`],
    [retry, { maxElapsedMs: 0 }, `retry: maxElapsedMs is a number from 1 to ${longest}; it was 0.`],
    [retry, { onRetry: {} }, 'retry: onRetry is a function, not object.'],
    [retry, { now: 5 }, 'retry: now is a function, not number.'],
    [retry, { random: 5 }, 'retry: random is a function, not number.'],
    [timeout, { ms: 5 }, 'timeout has no option "ms". It has timeoutMs, now.'],
    [timeout, { timeoutMs: 0 }, `timeout: timeoutMs is a number from 1 to ${longest}; it was 0.`],
    [
      timeout,
      { timeoutMs: longest + 1 },
      `timeout: timeoutMs is a number from 1 to ${longest}; it was ${longest + 1}.`,
    ],
    [timeout, { now: 5 }, 'timeout: now is a function, not number.'],
    [
      circuitBreaker,
      { threshold: 5 },
      'circuitBreaker has no option "threshold". It has strategy, openMs, maxOpenMs, per, maxAccounts, onStateChange, now, random.',
    ],
    [circuitBreaker, { openMs: 0 }, `circuitBreaker: openMs is a number from 1 to ${longest}; it was 0.`],
    [
      circuitBreaker,
      { maxOpenMs: 9_999 },
      `circuitBreaker: maxOpenMs is a number from 10000 to ${longest}; it was 9999.`,
    ],
    [circuitBreaker, { per: 'user' }, "circuitBreaker: per is 'provider' or 'account'."],
    [
      circuitBreaker,
      { maxAccounts: 0 },
      'circuitBreaker: maxAccounts is a whole number from 1 to 1000000; it was 0.',
    ],
    [
      circuitBreaker,
      { maxAccounts: 1.5 },
      'circuitBreaker: maxAccounts is a whole number from 1 to 1000000; it was 1.5.',
    ],
    [circuitBreaker, { onStateChange: {} }, 'circuitBreaker: onStateChange is a function, not object.'],
    [circuitBreaker, { now: 5 }, 'circuitBreaker: now is a function, not number.'],
    [circuitBreaker, { random: 5 }, 'circuitBreaker: random is a function, not number.'],
    ...[null, 5, 'consecutive', { name: 'half' }, { tally: () => undefined }].map(
      (strategy): [typeof circuitBreaker, object, string] => [
        circuitBreaker,
        { strategy },
        'circuitBreaker: strategy is consecutiveFailures(), failureShare(), or an object with a name, options and tally().',
      ],
    ),
    [
      rateLimit,
      { perSecond: 5 },
      'rateLimit has no option "perSecond". It has callsPerSecond, burstSize, maxQueueSize, per, maxAccounts, now.',
    ],
    [
      rateLimit,
      { callsPerSecond: 0 },
      'rateLimit: callsPerSecond is a number from 0.001 to 1000000; it was 0.',
    ],
    ...(
      [
        [{ burstSize: 0 }, 'burstSize is a whole number from 1 to 1000000; it was 0.'],
        [{ burstSize: 1.5 }, 'burstSize is a whole number from 1 to 1000000; it was 1.5.'],
        [{ maxQueueSize: -1 }, 'maxQueueSize is a whole number from 0 to 1000000; it was -1.'],
        [{ maxQueueSize: 0.5 }, 'maxQueueSize is a whole number from 0 to 1000000; it was 0.5.'],
        [{ per: 'user' }, "per is 'provider' or 'account'."],
        [{ maxAccounts: 0 }, 'maxAccounts is a whole number from 1 to 1000000; it was 0.'],
        [{ maxAccounts: 1.5 }, 'maxAccounts is a whole number from 1 to 1000000; it was 1.5.'],
        [{ now: 5 }, 'now is a function, not number.'],
      ] as const
    ).map(([options, message]): [typeof retry, object, string] => [
      rateLimit as typeof retry,
      { callsPerSecond: 1, ...options },
      `rateLimit: ${message}`,
    ]),
  ])('%o %o', (make, options, message) => {
    expect(() => make(options as never)).toThrow(message);
  });

  it.each<[Middleware, string]>([
    [cache({ ttlMs: 1, maxEntries: 1 }), 'cache'],
    [cache({ ttlMs: longest, maxEntries: 1_000_000 }), 'cache'],
    [retry({ maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 0, maxElapsedMs: 1 }), 'retry'],
    [retry({ maxAttempts: 100, baseDelayMs: longest, maxDelayMs: longest, maxElapsedMs: longest }), 'retry'],
    [timeout({ timeoutMs: 1 }), 'timeout'],
    [timeout({ timeoutMs: longest }), 'timeout'],
    [circuitBreaker({ openMs: 1, maxOpenMs: 1, maxAccounts: 1 }), 'circuitBreaker'],
    [circuitBreaker({ openMs: longest, maxAccounts: 1_000_000 }), 'circuitBreaker'],
    [rateLimit({ callsPerSecond: 0.001, burstSize: 1, maxQueueSize: 0, maxAccounts: 1 }), 'rateLimit'],
    [
      rateLimit({
        callsPerSecond: 1e6,
        burstSize: 1_000_000,
        maxQueueSize: 1_000_000,
        maxAccounts: 1_000_000,
      }),
      'rateLimit',
    ],
  ])('the bounds themselves are allowed: %#', (middleware, name) => {
    expect(middleware(provider).name).toBe(`${name}(store)`);
  });
});

describe('a strategy refuses what is no number of its own', () => {
  it.each<[() => unknown, string]>([
    [
      () => consecutiveFailures(0),
      'consecutiveFailures: maxFailures is a whole number from 1 to 1000000; it was 0.',
    ],
    [
      () => consecutiveFailures(1.5),
      'consecutiveFailures: maxFailures is a whole number from 1 to 1000000; it was 1.5.',
    ],
    [
      () => failureShare({ rate: 1 } as never),
      'failureShare has no option "rate". It has share, windowMs, minAttempts.',
    ],
    [() => failureShare({ share: 0 }), 'failureShare: share is a number from 0.01 to 1; it was 0.'],
    [() => failureShare({ share: 1.1 }), 'failureShare: share is a number from 0.01 to 1; it was 1.1.'],
    [
      () => failureShare({ windowMs: 9 }),
      `failureShare: windowMs is a number from 10 to ${longest}; it was 9.`,
    ],
    [
      () => failureShare({ minAttempts: 0 }),
      'failureShare: minAttempts is a whole number from 1 to 1000000; it was 0.',
    ],
    [
      () => failureShare({ minAttempts: 1.5 }),
      'failureShare: minAttempts is a whole number from 1 to 1000000; it was 1.5.',
    ],
  ])('%#', (make, message) => {
    expect(make).toThrow(message);
  });
});

describe('a layer tells its name and its options', () => {
  it.each<[Middleware, string, object]>([
    [
      cache(),
      'cache',
      {
        ttlMs: 300_000,
        jitter: 0.2,
        refreshAheadMs: 30_000,
        staleWhileRevalidateMs: 0,
        staleIfErrorMs: 3_600_000,
        negativeTtlMs: 1_000,
        denialTtlMs: 1_000,
        failureCooldownMs: 30_000,
        maxEntries: 1_000,
      },
    ],
    [retry(), 'retry', { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 5_000, maxElapsedMs: 30_000 }],
    [timeout(), 'timeout', { timeoutMs: 3_000 }],
    [
      circuitBreaker(),
      'circuitBreaker',
      {
        strategy: { name: 'consecutiveFailures', maxFailures: 5 },
        openMs: 10_000,
        maxOpenMs: 60_000,
        per: 'provider',
        maxAccounts: 1_000,
      },
    ],
    [circuitBreaker({ openMs: 90_000 }), 'circuitBreaker', { openMs: 90_000, maxOpenMs: 90_000 }],
    [
      rateLimit({ callsPerSecond: 20 }),
      'rateLimit',
      { callsPerSecond: 20, burstSize: 1, maxQueueSize: 100, per: 'provider', maxAccounts: 1_000 },
    ],
  ])('%#', (middleware, name, options) => {
    expect(layersOf(middleware(provider))).toEqual([
      expect.objectContaining({ name, options: expect.objectContaining(options) as object }),
    ]);
  });
});

describe('the clock and chance', () => {
  it('are the real ones where none are given', async () => {
    const seen: number[] = [];
    const failing: SecretProvider = {
      name: 'failing',
      get: async (_ref, { deadline = 0 }) => {
        seen.push(deadline);
        return seal('value', { expiresAt: new Date(Date.now() + 60_000) });
      },
    };
    const before = Date.now();
    const stack = cache()(retry()(timeout({ timeoutMs: 1_000 })(failing)));
    await stack.get({ name: 'a' }, {});
    await stack.get({ name: 'a' }, {});
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeGreaterThanOrEqual(before + 1_000);
    expect(seen[0]).toBeLessThanOrEqual(Date.now() + 1_000);
  });
});
