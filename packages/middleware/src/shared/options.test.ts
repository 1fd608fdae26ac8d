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

/** A wrong options object, and the option that the error names. */
type Wrong = readonly [owner: string, make: (options: never) => unknown, options: object, option: string];
/** The same for a number out of its range. */
type OutOfRange = readonly [...wrong: Wrong, min: number, max: number];

const counts = [
  'maxEntries',
  'maxAttempts',
  'maxAccounts',
  'burstSize',
  'maxQueueSize',
  'minAttempts',
  'maxFailures',
];
const limited = (options: object): Middleware => rateLimit({ callsPerSecond: 1, ...options });

describe('a number out of its range', () => {
  it.each<OutOfRange>([
    ['cache', cache, { ttlMs: 0 }, 'ttlMs', 1, longest],
    ['cache', cache, { ttlMs: longest + 1 }, 'ttlMs', 1, longest],
    ['cache', cache, { jitter: 1.01 }, 'jitter', 0, 1],
    ['cache', cache, { jitter: -0.1 }, 'jitter', 0, 1],
    ['cache', cache, { refreshAheadMs: -1 }, 'refreshAheadMs', 0, longest],
    ['cache', cache, { ttlMs: 1, staleWhileRevalidateMs: Number.NaN }, 'staleWhileRevalidateMs', 0, longest],
    ['cache', cache, { ttlMs: 1, staleIfErrorMs: Number.POSITIVE_INFINITY }, 'staleIfErrorMs', 0, longest],
    ['cache', cache, { negativeTtlMs: -1 }, 'negativeTtlMs', 0, longest],
    ['cache', cache, { denialTtlMs: -1 }, 'denialTtlMs', 0, longest],
    ['cache', cache, { failureCooldownMs: -1 }, 'failureCooldownMs', 0, longest],
    ['cache', cache, { maxEntries: 0 }, 'maxEntries', 1, 1_000_000],
    ['cache', cache, { maxEntries: 1_000_001 }, 'maxEntries', 1, 1_000_000],
    ['cache', cache, { maxEntries: 1.5 }, 'maxEntries', 1, 1_000_000],
    ['retry', retry, { maxAttempts: 0 }, 'maxAttempts', 1, 100],
    ['retry', retry, { maxAttempts: 2.5 }, 'maxAttempts', 1, 100],
    ['retry', retry, { baseDelayMs: -1 }, 'baseDelayMs', 0, longest],
    ['retry', retry, { maxDelayMs: 99 }, 'maxDelayMs', 100, longest],
    ['retry', retry, { maxElapsedMs: 0 }, 'maxElapsedMs', 1, longest],
    ['timeout', timeout, { timeoutMs: 0 }, 'timeoutMs', 1, longest],
    ['timeout', timeout, { timeoutMs: longest + 1 }, 'timeoutMs', 1, longest],
    ['circuitBreaker', circuitBreaker, { openMs: 0 }, 'openMs', 1, longest],
    ['circuitBreaker', circuitBreaker, { maxOpenMs: 9_999 }, 'maxOpenMs', 10_000, longest],
    ['circuitBreaker', circuitBreaker, { maxAccounts: 0 }, 'maxAccounts', 1, 1_000_000],
    ['circuitBreaker', circuitBreaker, { maxAccounts: 1.5 }, 'maxAccounts', 1, 1_000_000],
    ['rateLimit', rateLimit, { callsPerSecond: 0 }, 'callsPerSecond', 0.001, 1_000_000],
    ['rateLimit', limited, { burstSize: 0 }, 'burstSize', 1, 1_000_000],
    ['rateLimit', limited, { burstSize: 1.5 }, 'burstSize', 1, 1_000_000],
    ['rateLimit', limited, { maxQueueSize: -1 }, 'maxQueueSize', 0, 1_000_000],
    ['rateLimit', limited, { maxQueueSize: 0.5 }, 'maxQueueSize', 0, 1_000_000],
    ['rateLimit', limited, { maxAccounts: 0 }, 'maxAccounts', 1, 1_000_000],
    ['rateLimit', limited, { maxAccounts: 1.5 }, 'maxAccounts', 1, 1_000_000],
    ['failureShare', failureShare, { share: 0 }, 'share', 0.01, 1],
    ['failureShare', failureShare, { share: 1.1 }, 'share', 0.01, 1],
    ['failureShare', failureShare, { windowMs: 9 }, 'windowMs', 10, longest],
    ['failureShare', failureShare, { minAttempts: 0 }, 'minAttempts', 1, 1_000_000],
    ['failureShare', failureShare, { minAttempts: 1.5 }, 'minAttempts', 1, 1_000_000],
    ['consecutiveFailures', () => consecutiveFailures(0), {}, 'maxFailures', 1, 1_000_000],
    ['consecutiveFailures', () => consecutiveFailures(1.5), {}, 'maxFailures', 1, 1_000_000],
  ])('throws a RangeError: %s %o %o', (owner, make, options, option, min, max) => {
    const message = messageOf(() => make(options as never), RangeError);
    expect(message.startsWith(`${owner}: ${option} `)).toBe(true);
    expect(message).toContain(` ${min} `);
    expect(message).toContain(` ${max}`);
    expect(message.includes('whole number')).toBe(counts.includes(option));
  });
});

it.each<[string, () => unknown]>([
  ['baseDelayMs', () => retry({ baseDelayMs: 100, maxDelayMs: 50 })],
  ['openMs', () => circuitBreaker({ openMs: 100, maxOpenMs: 50 })],
])('an option whose range depends on %s names it', (other, make) => {
  expect(messageOf(make, RangeError)).toMatch(new RegExp(`got 50\\. .*\\b${other}\\b`));
});

describe('a wrong option', () => {
  it.each<Wrong>([
    ['cache', cache, { ttlMs: 'CANARY' }, 'ttlMs'],
    ['cache', cache, { maxEntries: ['CANARY'] }, 'maxEntries'],
    ['retry', retry, { maxAttempts: 'CANARY' }, 'maxAttempts'],
    ['timeout', timeout, { timeoutMs: 'CANARY' }, 'timeoutMs'],
    ['rateLimit', rateLimit, { callsPerSecond: 'CANARY' }, 'callsPerSecond'],
    ['rateLimit', rateLimit, {}, 'callsPerSecond'],
    ['rateLimit', limited, { per: 'CANARY' }, 'per'],
    ['circuitBreaker', circuitBreaker, { per: 'CANARY' }, 'per'],
    ...[null, 5, 'CANARY', { name: 'CANARY' }, { tally: () => undefined }].map(
      (strategy): Wrong => ['circuitBreaker', circuitBreaker, { strategy }, 'strategy'],
    ),
  ])('throws an error that names it and does not quote it: %s %o %o', (owner, make, options, option) => {
    const message = messageOf(() => make(options as never), TypeError, RangeError);
    expect(message.startsWith(`${owner}: ${option} `)).toBe(true);
    expect(message).not.toContain('CANARY');
  });

  it.each(['staleWhileRevalidateMs', 'staleIfErrorMs'])('throws a RangeError: %s without ttlMs', (option) => {
    const message = messageOf(() => cache({ [option]: 5 }), RangeError);
    expect(message.startsWith(`cache: ${option} `)).toBe(true);
    expect(message).toContain('ttlMs');
  });
});

describe('an unknown option', () => {
  it.each<[owner: string, make: (options: never) => unknown, option: string, known: string]>([
    [
      'cache',
      cache,
      'ttl',
      'ttlMs, jitter, refreshAheadMs, staleWhileRevalidateMs, staleIfErrorMs, negativeTtlMs, negativeTtlMaxMs, denialTtlMs, failureCooldownMs, maxEntries, now, random, onEvent, coalesce, waitUntil',
    ],
    ['retry', retry, 'attempts', 'maxAttempts, baseDelayMs, maxDelayMs, maxElapsedMs, onRetry, now, random'],
    ['timeout', timeout, 'ms', 'timeoutMs, now'],
    [
      'circuitBreaker',
      circuitBreaker,
      'threshold',
      'strategy, openMs, maxOpenMs, per, maxAccounts, onStateChange, now, random',
    ],
    ['rateLimit', rateLimit, 'perSecond', 'callsPerSecond, burstSize, maxQueueSize, per, maxAccounts, now'],
    ['failureShare', failureShare, 'rate', 'share, windowMs, minAttempts'],
  ])('throws a TypeError that names it and the known ones: %s', (owner, make, option, known) => {
    const message = messageOf(() => make({ [option]: 'CANARY' } as never), TypeError);
    expect(message.startsWith(`${owner}: `)).toBe(true);
    expect(message).toContain(`"${option}"`);
    expect(message).toContain(known);
    expect(message).not.toContain('CANARY');
  });
});

describe('the bounds of a range', () => {
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
  ])('are allowed: %#', (middleware, name) => {
    expect(middleware(provider).name).toBe(`${name}(store)`);
  });
});

describe('a layer has its name and its options', () => {
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
        negativeTtlMaxMs: 60_000,
        denialTtlMs: 1_000,
        failureCooldownMs: 30_000,
        maxEntries: 10_000,
        coalesce: true,
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

describe('now and random', () => {
  it('are Date.now and Math.random by default', async () => {
    const seen: number[] = [];
    const recording: SecretProvider = {
      name: 'recording',
      get: async (_ref, { deadline = 0 }) => {
        seen.push(deadline);
        return seal('value', { expiresAt: new Date(Date.now() + 60_000) });
      },
    };
    const before = Date.now();
    const stack = cache()(retry()(timeout({ timeoutMs: 1_000 })(recording)));
    await stack.get({ name: 'a' }, {});
    await stack.get({ name: 'a' }, {});
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeGreaterThanOrEqual(before + 1_000);
    expect(seen[0]).toBeLessThanOrEqual(Date.now() + 1_001); // Date.now() has no fraction, a deadline has one
  });
});

/** Returns the message of the exception, which must be of one of these kinds. */
function messageOf(build: () => unknown, ...kinds: readonly ErrorConstructor[]): string {
  try {
    build();
  } catch (error) {
    expect(kinds).toContain((error as Error).constructor);
    return (error as Error).message;
  }
  throw new Error('expected an exception, got none.');
}
