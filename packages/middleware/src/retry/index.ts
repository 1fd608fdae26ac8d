import { around, boundedRandom, type Call, type Middleware, notify } from '@secretkit/core/middleware';
import {
  checkNumber,
  checkOptions,
  isSecretError,
  maxDelayMs as longestTimerMs,
  type SecretErrorCode,
} from '@secretkit/core/provider';
import pRetry from 'p-retry';
import { attemptMsOf, checkAttempts, defaultMaxElapsedMs } from '../shared/check-attempts.js';
import { wait } from '../shared/wait.js';

export interface RetryOptions {
  /**
   * The most attempts, the first included; from 1 to 100.
   * @defaultValue 3
   */
  readonly maxAttempts?: number;
  /**
   * The upper bound of the first wait, in milliseconds. It doubles with each attempt; the wait is a random part of it.
   * @defaultValue 100
   */
  readonly baseDelayMs?: number;
  /**
   * The upper bound of every wait, in milliseconds. A backend that asks for a longer one gets it.
   * @defaultValue 5000, or `baseDelayMs` if that is more
   */
  readonly maxDelayMs?: number;
  /**
   * How long all attempts and waits may take, in milliseconds. A wait that would end later is not begun, and a time-out
   * inside ends the attempt that is under way then.
   * @defaultValue 30000
   */
  readonly maxElapsedMs?: number;
  /** Told before each wait. What it throws is ignored: a listener cannot fail a read. */
  readonly onRetry?: (retry: Retry) => void;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
  /** Chance, from 0 up to 1. @defaultValue Math.random */
  readonly random?: () => number;
}

/** A failed attempt that another one follows. */
export interface Retry extends Omit<Call, 'failures'> {
  /** The attempt that failed; the first is 1. */
  readonly attempt: number;
  /** The wait before the next one, in milliseconds. */
  readonly delayMs: number;
  /** Why it failed. */
  readonly code: SecretErrorCode;
}

/**
 * Repeats a call that failed in a way that may pass: `rate_limited`, `unavailable`, `timeout`. Waits longer each time,
 * with full jitter, at least as long as the backend asks, and never past a deadline. Of a batch, only what failed is
 * asked again. All attempts of a write carry one idempotency key.
 *
 * @throws `RangeError` or `TypeError` for wrong options, when it is built; `RangeError` when a single attempt may take
 * longer than `maxElapsedMs`, when the stack is.
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
  checkOptions('retry', options, [
    'maxAttempts',
    'baseDelayMs',
    'maxDelayMs',
    'maxElapsedMs',
    'onRetry',
    'now',
    'random',
  ]);
  const { maxAttempts = 3, baseDelayMs = 100, maxElapsedMs = defaultMaxElapsedMs } = options;
  const { maxDelayMs = Math.max(5_000, baseDelayMs) } = options;
  const { onRetry, now = () => Date.now(), random = () => Math.random() } = options;
  checkNumber('retry', 'maxAttempts', maxAttempts, { min: 1, max: 100, whole: true });
  checkNumber('retry', 'baseDelayMs', baseDelayMs, { min: 0, max: longestTimerMs });
  checkNumber('retry', 'maxDelayMs', maxDelayMs, { min: baseDelayMs, max: longestTimerMs });
  checkNumber('retry', 'maxElapsedMs', maxElapsedMs, { min: 1, max: longestTimerMs });

  const drawn = boundedRandom(random);
  const settings = { maxAttempts, baseDelayMs, maxDelayMs, maxElapsedMs };
  const retrying = around({
    name: 'retry',
    kind: Symbol.for('secretkit.kind.retry'),
    options: settings,
    policy: async (run, ctx, { provider, operation, refs, scope }) => {
      const deadline = Math.min(now() + maxElapsedMs, ctx.deadline ?? Number.POSITIVE_INFINITY);
      const writes = operation === 'set' || operation === 'delete';
      const key = writes ? { idempotencyKey: ctx.idempotencyKey ?? crypto.randomUUID() } : {};
      const inner = { ...ctx, ...key, deadline };

      // Waits before another attempt, or answers that there will be none.
      async function waited(failure: unknown, attempt: number): Promise<boolean> {
        if (ctx.signal?.aborted || !isSecretError(failure) || !failure.retryable) return false;
        const ceilingMs = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
        const delayMs = Math.max(drawn() * ceilingMs, failure.retryAfterMs ?? 0);
        if (now() + delayMs >= deadline) return false;
        notify(onRetry, { provider, operation, refs, scope, attempt, delayMs, code: failure.code });
        await wait(delayMs, ctx.signal);
        return true;
      }

      try {
        // p-retry runs the attempts; the waits are ours. Named are all its options: it adds what is left out one by one, at the
        // cost of thirty calls.
        return await pRetry(() => run(inner).catch(wrapped), {
          retries: Math.max(1, Math.min(maxAttempts, ctx.maxAttempts ?? maxAttempts)) - 1,
          factor: 1,
          minTimeout: 0,
          maxTimeout: 0,
          maxRetryTime: Number.POSITIVE_INFINITY,
          randomize: false,
          onFailedAttempt: () => undefined,
          shouldRetry: ({ error, attemptNumber }) =>
            error instanceof Failure && waited(error.failure, attemptNumber),
          shouldConsumeRetry: () => true,
        });
      } catch (error) {
        throw error instanceof Failure ? error.failure : error;
      }
    },
  });
  return (next) => {
    const stack = retrying(next);
    checkAttempts('retry', 'maxElapsedMs', maxElapsedMs, attemptMsOf(next));
    return stack;
  };
}

/** Carries whatever an attempt rejected with through p-retry, which treats some errors in ways of its own. */
class Failure extends Error {
  constructor(readonly failure: unknown) {
    super();
  }
}

function wrapped(failure: unknown): never {
  throw new Failure(failure);
}
