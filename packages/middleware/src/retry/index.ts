/**
 * ## What is retried
 *
 * Retries a call that failed with `rate_limited`, `unavailable` or `timeout`, by exponential backoff with full jitter: the n-th
 * wait is a random part of `baseDelayMs × 2ⁿ⁻¹`, up to `maxDelayMs`.
 *
 * - A wait is at least as long as the backend asks for (`retryAfterMs`). A wait that would end at or after the caller's deadline or
 *   `maxElapsedMs` is not started: the call rejects with its last failure at once.
 * - A failure that the backend marks as final is not retried, whatever its code.
 * - Of a batch, only the refs with a retryable failure are read again.
 * - All attempts of a write carry the same idempotency key, so a backend that supports such keys applies the write once.
 * - A `compareAndSet` is repeated after `rate_limited` only. After any other failure it may have been applied, and a second attempt
 *   would find a conflict with the first; the client's `compareAndSet` reads the secret to decide.
 * - A wait of a call that nobody waits for, such as a refresh in the background, does not keep the process alive.
 *
 * @packageDocumentation
 */

import { around, boundedRandom, type Middleware, notify } from '@secretkit/core/middleware';
import {
  checkNumber,
  checkOptions,
  isSecretError,
  maxDelayMs as longestTimerMs,
  type Operation,
} from '@secretkit/core/provider';
import pRetry from 'p-retry';
import { attemptMsOf, checkAttempts, defaultMaxElapsedMs } from '../shared/check-attempts.js';
import { layerKind } from '../shared/layer-kind.js';
import { monotonicNow } from '../shared/monotonic-now.js';
import { wait } from '../shared/wait.js';
import type { RetryOptions } from './options.js';

export type { Retry, RetryOptions } from './options.js';

/**
 * Retries a call that failed with `rate_limited`, `unavailable` or `timeout`, by exponential backoff with full jitter. Each
 * wait is at least as long as the backend asks for (`retryAfterMs`), and never ends past a deadline. Of a batch, only the
 * refs that failed are read again. All attempts of a write carry the same idempotency key. A `compareAndSet` is repeated after
 * `rate_limited` only: after any other failure it may have been applied, and a second one would find a conflict with the first.
 *
 * @throws `RangeError` or `TypeError` for invalid options, at construction; `RangeError` when it wraps a timeout that allows
 * one attempt more than `maxElapsedMs`.
 * @example
 * ```ts
 * import { compose, createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { retry } from '@secretkit/middleware/retry';
 * import { timeout } from '@secretkit/middleware/timeout';
 *
 * const stack = compose(retry({ onRetry: ({ code, delayMs }) => console.warn(code, delayMs) }), timeout());
 * const secrets = createSecrets(stack(envSecrets()));
 * ```
 */
export function retry(options: RetryOptions = {}): Middleware {
  const {
    maxAttempts = 3,
    baseDelayMs = 100,
    maxDelayMs = Math.max(5_000, baseDelayMs),
    maxElapsedMs = defaultMaxElapsedMs,
    onRetry,
    now = monotonicNow,
    random = () => Math.random(),
  } = checkOptions('retry', options, [
    'maxAttempts',
    'baseDelayMs',
    'maxDelayMs',
    'maxElapsedMs',
    'onRetry',
    'now',
    'random',
  ]);
  checkNumber('retry', 'maxAttempts', maxAttempts, { min: 1, max: 100, whole: true });
  checkNumber('retry', 'baseDelayMs', baseDelayMs, { min: 0, max: longestTimerMs });
  checkNumber('retry', 'maxDelayMs', maxDelayMs, {
    min: baseDelayMs,
    max: longestTimerMs,
    remedy: 'Raise it to baseDelayMs, or lower baseDelayMs.',
  });
  checkNumber('retry', 'maxElapsedMs', maxElapsedMs, { min: 1, max: longestTimerMs });

  const jitter = boundedRandom(random);
  const retrying = around({
    name: 'retry',
    kind: layerKind('retry'),
    options: { maxAttempts, baseDelayMs, maxDelayMs, maxElapsedMs },
    policy: async (run, ctx, { provider, operation, refs, scope }) => {
      const deadline = Math.min(now() + maxElapsedMs, ctx.deadline ?? Number.POSITIVE_INFINITY);
      const key = writes.has(operation) ? { idempotencyKey: ctx.idempotencyKey ?? crypto.randomUUID() } : {};
      const inner = { ...ctx, ...key, deadline };

      // Waits and returns true, or returns false if there must be no further attempt.
      async function waitForRetry(failure: unknown, attempt: number): Promise<boolean> {
        if (ctx.signal?.aborted || !isSecretError(failure) || !failure.retryable) return false;
        if (operation === 'compareAndSet' && failure.code !== 'rate_limited') return false;
        const ceilingMs = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
        const delayMs = Math.max(jitter() * ceilingMs, failure.retryAfterMs ?? 0);
        if (now() + delayMs >= deadline) return false;
        notify(onRetry, { provider, operation, refs, scope, attempt, delayMs, code: failure.code });
        await wait(delayMs, ctx);
        return true;
      }

      try {
        // p-retry runs the attempts; the waits are ours. All its options are given: it would add each absent one, which costs
        // thirty calls.
        return await pRetry(() => run(inner).catch(throwAttemptFailure), {
          retries: Math.max(1, Math.min(maxAttempts, ctx.maxAttempts ?? maxAttempts)) - 1,
          factor: 1,
          minTimeout: 0,
          maxTimeout: 0,
          maxRetryTime: Number.POSITIVE_INFINITY,
          randomize: false,
          onFailedAttempt: () => undefined,
          shouldRetry: ({ error, attemptNumber }) =>
            error instanceof AttemptFailure && waitForRetry(error.failure, attemptNumber),
          shouldConsumeRetry: () => true,
        });
      } catch (error) {
        throw error instanceof AttemptFailure ? error.failure : error;
      }
    },
  });
  return (next) => {
    const stack = retrying(next);
    checkAttempts('retry', 'maxElapsedMs', maxElapsedMs, attemptMsOf(next));
    return stack;
  };
}

const writes: ReadonlySet<Operation> = new Set(['set', 'compareAndSet', 'delete']);

/** Carries the rejection of an attempt through p-retry, which handles some errors in ways of its own. */
class AttemptFailure extends Error {
  constructor(readonly failure: unknown) {
    super();
  }
}

function throwAttemptFailure(failure: unknown): never {
  throw new AttemptFailure(failure);
}
