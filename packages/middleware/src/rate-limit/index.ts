/**
 * The limit is a leaky bucket: in any interval at most `burstSize` calls start, plus one for each 1 / `callsPerSecond` seconds of it. The
 * snapshot in `layersOf(stack)` has the number of calls that are `waiting`, were `delayed` and were `refused`.
 *
 * @packageDocumentation
 */

import { around, type Call, type Middleware, monotonicClock } from '@secretkit/core/middleware';
import { checkNumber, checkOptions, SecretError, type SecretProvider } from '@secretkit/core/provider';
import { layerKind } from '../shared/layer-kind.js';
import { monotonicNow } from '../shared/monotonic-now.js';
import { checkPer, perAccount } from '../shared/per-account.js';
import { limiter } from './limiter.js';

export interface RateLimitOptions {
  /** How many calls per second may reach the backend, from 0.001 to 1,000,000: this process's share of the vendor's limit. */
  readonly callsPerSecond: number;
  /**
   * How many calls may start at once after a time without calls. In any second at most `callsPerSecond + burstSize - 1` calls
   * start.
   * @defaultValue 1 (calls are spaced evenly)
   */
  readonly burstSize?: number;
  /**
   * The most calls in the queue; the next call rejects with `rate_limited` at once. With 0 no call waits.
   * @defaultValue 100
   */
  readonly maxQueueSize?: number;
  /**
   * One limit for the provider, or one for each account.
   * @defaultValue 'provider'
   */
  readonly per?: 'provider' | 'account';
  /**
   * The most limits in memory. With `per: 'account'`, the least recently used one is removed, and starts again without calls.
   * @defaultValue 1000
   */
  readonly maxAccounts?: number;
  /**
   * The clock of durations and deadlines, in epoch milliseconds.
   * @defaultValue `performance.timeOrigin + performance.now()`, which no step of the wall clock changes
   */
  readonly now?: () => number;
}

/**
 * Limits the rate of calls to the backend, so that the vendor does not have to refuse them. Calls wait in a queue, first in,
 * first out. A call rejects with `rate_limited` at once if it would start at or after its deadline, or if the queue is full;
 * `retryAfterMs` has the wait that it would have had. An abort ends the wait of a call, and the calls behind it move up.
 *
 * Put it inside a retry, so that each attempt counts, and inside a circuit breaker, whose refusals make no call. A batch is
 * one call. Its snapshot in `layersOf` has the number of calls that are `waiting`, were `delayed` and were `refused`.
 *
 * @throws `RangeError` or `TypeError` for invalid options, at construction. Refused calls reject with `rate_limited`.
 * @example
 * ```ts
 * import { compose, createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { rateLimit } from '@secretkit/middleware/rate-limit';
 * import { retry } from '@secretkit/middleware/retry';
 *
 * const secrets = createSecrets(compose(retry(), rateLimit({ callsPerSecond: 20 }))(envSecrets()));
 * ```
 */
export function rateLimit(options: RateLimitOptions): Middleware {
  const {
    callsPerSecond,
    burstSize = 1,
    maxQueueSize = 100,
    per = 'provider',
    maxAccounts = 1_000,
    now = monotonicNow,
  } = checkOptions('rateLimit', options, [
    'callsPerSecond',
    'burstSize',
    'maxQueueSize',
    'per',
    'maxAccounts',
    'now',
  ]);
  checkNumber('rateLimit', 'callsPerSecond', callsPerSecond, { min: 0.001, max: 1_000_000 });
  checkNumber('rateLimit', 'burstSize', burstSize, { min: 1, max: 1_000_000, whole: true });
  checkNumber('rateLimit', 'maxQueueSize', maxQueueSize, { min: 0, max: 1_000_000, whole: true });
  checkPer('rateLimit', per);
  checkNumber('rateLimit', 'maxAccounts', maxAccounts, { min: 1, max: 1_000_000, whole: true });

  // The limits belong to the wrapped provider, not to the middleware, which may wrap several.
  function layerFor(next: SecretProvider): Middleware {
    const clock = monotonicClock(now);
    const time = (): number => clock.read() + clock.offsetMs;
    const counts = { delayed: 0, refused: 0 };
    const rate = { intervalMs: 1_000 / callsPerSecond, burstSize };
    const limiters = perAccount(per, maxAccounts, next, () => limiter(rate, time));

    return around({
      name: 'rateLimit',
      kind: layerKind('rateLimit'),
      options: { callsPerSecond, burstSize, maxQueueSize, per, maxAccounts },
      policy: async (run, ctx, call) => {
        const limit = limiters.of(call);
        const { delayMs } = limit;
        if (delayMs > 0) {
          const full = limit.waiting >= maxQueueSize;
          if (full || delayMs >= (ctx.deadline ?? Number.POSITIVE_INFINITY) - now()) {
            counts.refused += 1;
            throw refusal(call, Math.ceil(delayMs), full ? limit.waiting : undefined);
          }
          counts.delayed += 1;
        }
        await limit.acquire(ctx);
        return run(ctx);
      },
      snapshot: () => ({
        waiting: [...limiters.all()].reduce((sum, [, { waiting }]) => sum + waiting, 0),
        ...counts,
      }),
    });
  }

  return (next) => layerFor(next)(next);
}

function refusal({ provider, operation, refs }: Call, retryAfterMs: number, waiting?: number): SecretError {
  const problem =
    waiting === undefined
      ? `the call would wait ${retryAfterMs} ms for the rate limit, past its deadline. Allow more time, or raise callsPerSecond.`
      : `the queue of the rate limit is full, with ${waiting} calls. Read several secrets in one batch, or raise callsPerSecond or maxQueueSize.`;
  const ref = refs.length === 1 ? refs[0] : undefined;
  return new SecretError('rate_limited', problem, { provider, operation, ref, retryAfterMs });
}
