/**
 * ## What the stack survives
 *
 * A 429 is not an outage: no circuit opens, and each secret is asked for again when the backend said so. A start within an outage has
 * nothing to serve, and leaves the backend alone.
 *
 * @packageDocumentation
 */

import { compose } from '@secretkit/core';
import type { Middleware } from '@secretkit/core/middleware';
import { checkOptions, kindOf, ownFields } from '@secretkit/core/provider';
import { type CacheOptions, cache } from '../cache/index.js';
import { type CircuitBreakerOptions, circuitBreaker } from '../circuit-breaker/index.js';
import { type RateLimitOptions, rateLimit } from '../rate-limit/index.js';
import { type RetryOptions, retry } from '../retry/index.js';
import { checkAttempts, defaultMaxElapsedMs, defaultTimeoutMs } from '../shared/check-attempts.js';
import { type TimeoutOptions, timeout } from '../timeout/index.js';

export interface RecommendedOptions {
  /**
   * The outermost layer, such as `telemetry()`. A middleware, so that applications without OpenTelemetry do not need it.
   * @defaultValue none
   */
  readonly telemetry?: Middleware;
  /**
   * The options of `cache()`.
   * @defaultValue fresh for five minutes, stale for an hour more while the backend is down: see `CacheOptions`
   */
  readonly cache?: CacheOptions;
  /**
   * The layer inside the cache that keeps values across restarts: `snapshot(…)`. A middleware, so that applications without it do
   * not load it. @defaultValue none
   */
  readonly snapshot?: Middleware;
  /**
   * The layer inside these that shares values between processes: `sharedCache(…)`. A middleware, so that applications without it
   * do not load it. @defaultValue none
   */
  readonly shared?: Middleware;
  /**
   * The options of `retry()`. Its `maxElapsedMs` limits all attempts together.
   * @defaultValue 3 attempts within 30 seconds: see `RetryOptions`
   */
  readonly retry?: RetryOptions;
  /**
   * The options of `circuitBreaker()`.
   * @defaultValue opens after 5 failures in a row, for 10 to 60 seconds: see `CircuitBreakerOptions`
   */
  readonly circuitBreaker?: CircuitBreakerOptions;
  /**
   * The options of `rateLimit()`.
   * @defaultValue no rate limit
   */
  readonly rateLimit?: RateLimitOptions;
  /**
   * The options of `timeout()`, which limits each attempt.
   * @defaultValue 3 seconds: see `TimeoutOptions`
   */
  readonly timeout?: TimeoutOptions;
  /**
   * Returns the time for all layers, in epoch milliseconds.
   * @defaultValue `Date.now` for expiry dates, `performance.timeOrigin + performance.now()` for durations and deadlines
   */
  readonly now?: () => number;
  /** Returns a number in [0, 1), for all layers. @defaultValue Math.random */
  readonly random?: () => number;
}

/**
 * Makes the whole stack in the recommended order: telemetry if given, a cache outside the layers that do work, a
 * snapshot and a shared cache if given, a retry, a circuit breaker that counts each attempt, a rate limit if given, and a timeout for each attempt.
 *
 * @throws `RangeError` or `TypeError` for wrong options, when it is built; also when the timeout of one attempt is longer
 * than the limit for all attempts together.
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
export function recommended(given: RecommendedOptions = {}): Middleware {
  const options = checkOptions('recommended', given, [
    'telemetry',
    'snapshot',
    'shared',
    ...parts,
    'now',
    'random',
  ]);
  for (const part of parts) checkPart(part, options[part]);
  const { telemetry, snapshot, shared, now, random } = options;

  const clock = now && { now };
  const injected = { ...clock, ...(random && { random }) };
  const layers = [
    telemetry,
    cache({ ...injected, ...options.cache }),
    snapshot,
    shared,
    retry({ ...injected, ...options.retry }),
    circuitBreaker({ ...injected, ...options.circuitBreaker }),
    options.rateLimit && rateLimit({ ...clock, ...options.rateLimit }),
    timeout({ ...clock, ...options.timeout }),
  ].filter((layer) => layer !== undefined);
  const { maxElapsedMs = defaultMaxElapsedMs } = ownFields(options.retry);
  const { timeoutMs = defaultTimeoutMs } = ownFields(options.timeout);
  checkAttempts('recommended', 'maxElapsedMs of retry', maxElapsedMs, timeoutMs);
  return compose(...layers);
}

const parts = ['cache', 'retry', 'circuitBreaker', 'rateLimit', 'timeout'] as const;

function checkPart(part: string, options: unknown): void {
  if (options === undefined) return;
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new TypeError(
    `recommended: ${part} must be an object of options for ${part}(), got ${kindOf(options)}. ` +
      'Leave it out for the defaults, or build a stack without it with compose().',
  );
}
