import { compose } from '@secretkit/core';
import type { Middleware } from '@secretkit/core/middleware';
import { checkOptions } from '@secretkit/core/provider';
import { type CacheOptions, cache } from '../cache/index.js';
import { type CircuitBreakerOptions, circuitBreaker } from '../circuit-breaker/index.js';
import { type RateLimitOptions, rateLimit } from '../rate-limit/index.js';
import { type RetryOptions, retry } from '../retry/index.js';
import { checkAttempts, defaultMaxElapsedMs, defaultTimeoutMs } from '../shared/check-attempts.js';
import { type TimeoutOptions, timeout } from '../timeout/index.js';

export interface RecommendedOptions {
  /**
   * What watches the whole stack, such as `telemetry()`: a middleware, so that nobody needs OpenTelemetry who does not use it.
   * @defaultValue nothing
   */
  readonly telemetry?: Middleware;
  /**
   * What is kept in memory, and for how long.
   * @defaultValue fresh for five minutes, served for an hour more while the backend is down: see `CacheOptions`
   */
  readonly cache?: CacheOptions;
  /**
   * How often a call is tried, and for how long in all: `maxElapsedMs` is the total.
   * @defaultValue 3 attempts within 30 seconds: see `RetryOptions`
   */
  readonly retry?: RetryOptions;
  /**
   * When a backend that is down is left alone.
   * @defaultValue after 5 failures in a row, for 10 to 60 seconds: see `CircuitBreakerOptions`
   */
  readonly circuitBreaker?: CircuitBreakerOptions;
  /**
   * How many calls a second may reach the backend.
   * @defaultValue no limit
   */
  readonly rateLimit?: RateLimitOptions;
  /**
   * How long one attempt may take.
   * @defaultValue 3 seconds: see `TimeoutOptions`
   */
  readonly timeout?: TimeoutOptions;
  /** The clock of all of them, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
  /** Chance for all of them: numbers from 0 on and below 1. @defaultValue Math.random */
  readonly random?: () => number;
}

/**
 * The whole stack in the order that works: telemetry if it is given, a cache outside everything that costs, a retry, a
 * circuit breaker that counts each attempt, a rate limit if one is asked for, and a time-out for each attempt.
 *
 * @throws `RangeError` or `TypeError` for wrong options, when it is built: also when one attempt may take longer than all
 * of them together.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { recommended } from '@secretkit/middleware/recommended';
 *
 * const stack = recommended({ cache: { ttlMs: 60_000 }, timeout: { timeoutMs: 1_000 } });
 * const secrets = createSecrets(stack(envSecrets()));
 * ```
 */
export function recommended(options: RecommendedOptions = {}): Middleware {
  checkOptions('recommended', options, ['telemetry', ...parts, 'now', 'random']);
  for (const part of parts) checkPart(part, options[part]);
  const { telemetry, now, random } = options;

  const clock = now && { now };
  const chance = { ...clock, ...(random && { random }) };
  const layers = [
    ...(telemetry ? [telemetry] : []),
    cache({ ...chance, ...options.cache }),
    retry({ ...chance, ...options.retry }),
    circuitBreaker({ ...chance, ...options.circuitBreaker }),
    ...(options.rateLimit ? [rateLimit({ ...clock, ...options.rateLimit })] : []),
    timeout({ ...clock, ...options.timeout }),
  ];
  const { maxElapsedMs = defaultMaxElapsedMs } = options.retry ?? {};
  const { timeoutMs = defaultTimeoutMs } = options.timeout ?? {};
  checkAttempts('recommended', 'maxElapsedMs of retry', maxElapsedMs, timeoutMs);
  return compose(...layers);
}

const parts = ['cache', 'retry', 'circuitBreaker', 'rateLimit', 'timeout'] as const;

function checkPart(part: string, options: unknown): void {
  if (options === undefined || (typeof options === 'object' && options !== null && !Array.isArray(options)))
    return;
  throw new TypeError(
    `recommended: ${part} is an object of options for ${part}(). Leave it out for its defaults; compose() builds a stack without it.`,
  );
}
