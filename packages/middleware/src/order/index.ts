/**
 * ## Order of the layers
 *
 * - **cache** outside all others: a value in memory costs no attempt, no turn and no timer, and concurrent readers share one
 *   sequence of attempts.
 * - **snapshot**, then **sharedCache**, if you have them, inside the cache and outside all others.
 * - **retry** outside the circuit breaker: each attempt counts, and an open circuit ends the retry.
 * - **circuitBreaker** outside the rate limit and the timeout: a refused call takes no turn, and a backend that hangs counts as
 *   a failure.
 * - **rateLimit** inside the retry: every attempt waits for its turn. That wait is not part of the timeout of the attempt.
 * - **timeout** innermost: each attempt has its own.
 *
 * Telemetry is outside all of them. A fallback is around several such stacks.
 *
 * `maxElapsedMs` of the retry limits all attempts together. Without it, use a second `timeout` between the cache and the retry; it
 * must not be shorter than the inner one.
 *
 * ## What to do about a warning
 *
 * | code | harm |
 * | --- | --- |
 * | `SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE` | every reader retries, even when a stale value can be served |
 * | `SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_CACHE` | an open circuit refuses values that are in memory |
 * | `SECRETKIT_ORDER_RATE_LIMIT_OUTSIDE_CACHE` | reads of values in memory count against the limit |
 * | `SECRETKIT_ORDER_TIMEOUT_OUTSIDE_CACHE` | every read of a value in memory starts a timer |
 * | `SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_RETRY` | several attempts count as one; an open circuit does not end the retry |
 * | `SECRETKIT_ORDER_RATE_LIMIT_OUTSIDE_RETRY` | attempts after the first are not limited |
 * | `SECRETKIT_ORDER_RETRY_OUTSIDE_SHARED_CACHE` | each attempt waits for the other processes again |
 * | `SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_SHARED_CACHE` | an open circuit refuses values that other processes share |
 * | `SECRETKIT_ORDER_RATE_LIMIT_OUTSIDE_SHARED_CACHE` | reads of shared values count against the limit |
 * | `SECRETKIT_ORDER_SHARED_CACHE_OUTSIDE_CACHE` | every read of a value in memory asks Redis |
 * | `SECRETKIT_ORDER_RETRY_OUTSIDE_SNAPSHOT` | an old value hides the first failure, so there is no second attempt |
 * | `SECRETKIT_ORDER_CIRCUIT_BREAKER_OUTSIDE_SNAPSHOT` | an old value hides the failures that open the circuit |
 * | `SECRETKIT_ORDER_RATE_LIMIT_OUTSIDE_SNAPSHOT` | reads of values in the snapshot count against the limit |
 * | `SECRETKIT_ORDER_SHARED_CACHE_OUTSIDE_SNAPSHOT` | a process that serves its own snapshot ends the wait of the fleet for a new value |
 * | `SECRETKIT_ORDER_SNAPSHOT_OUTSIDE_CACHE` | every read of a value in memory writes to the disk |
 * | `SECRETKIT_ORDER_RETRY_OUTSIDE_RETRY` | the attempts of both multiply |
 * | `SECRETKIT_ORDER_TIMEOUT_OUTSIDE_CIRCUIT_BREAKER` | a backend that hangs never opens the circuit, unless there is a timeout inside the breaker too |
 * | `SECRETKIT_ORDER_CACHE_OUTSIDE_FALLBACK` | an old value of one provider hides a new value of another |
 *
 * If the order is intended, compose it with `anyOrder()` of `@secretkit/middleware/order`: then there is no warning.
 * `node --disable-warning=<code>` disables one for a process. A reader that cannot wait for a refresh does not need a timeout
 * outside the cache: its `signal` ends its own wait, and with `staleWhileRevalidateMs` it does not wait at all.
 *
 * The order check cannot see the retries of an SDK inside an adapter, which multiply with yours. `stripeSecrets` disables them for
 * each of its requests, whatever your Stripe instance is configured to do. Do the same in your own adapter.
 *
 * ## Clocks
 *
 * Expiry dates follow the wall clock, `Date.now`. Durations and deadlines (`retry`, `circuitBreaker`, `rateLimit`, `timeout` and
 * `ctx.deadline`) follow a monotonic clock, `performance.timeOrigin + performance.now()`: a step of the wall clock ends no retry and
 * lets no probe through early. A `now` that you give is used for both, and a step of it is time passed; give the same one to all layers,
 * since they compare their deadlines.
 *
 * @packageDocumentation
 */

import { compose, type Layer, layersOf, type Middleware } from '@secretkit/core';
import { defineMiddleware, orderCodes } from '@secretkit/core/middleware';
import { kindOf } from '@secretkit/core/provider';

/** A harmful order of two layers in a stack. */
export interface OrderProblem {
  /** The code that `compose` warns with: `SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE`. */
  readonly code: string;
  /** The two layers, the harm, and the remedy. */
  readonly message: string;
}

const problems: Readonly<Record<string, string>> = {
  CACHE_OUTSIDE_FALLBACK:
    'cache is outside fallback: an old value of one provider hides a new value of another. Put a cache around each provider, inside fallback.',
  RETRY_OUTSIDE_CACHE:
    'retry is outside cache: every reader retries, even when a stale value can be served. Put cache outside retry.',
  CIRCUIT_BREAKER_OUTSIDE_CACHE:
    'circuitBreaker is outside cache: an open circuit refuses values that are in memory. Put cache outside circuitBreaker.',
  RATE_LIMIT_OUTSIDE_CACHE:
    'rateLimit is outside cache: reads of values in memory count against the limit. Put cache outside rateLimit.',
  TIMEOUT_OUTSIDE_CACHE:
    'timeout is outside cache: every read of a value in memory starts a timer. Put cache outside timeout.',
  CIRCUIT_BREAKER_OUTSIDE_RETRY:
    'circuitBreaker is outside retry: several attempts count as one, and an open circuit does not end the retry. Put retry outside circuitBreaker.',
  RATE_LIMIT_OUTSIDE_RETRY:
    'rateLimit is outside retry: attempts after the first are not limited. Put retry outside rateLimit.',
  RETRY_OUTSIDE_RETRY: 'retry is outside retry: the attempts of both multiply. Remove one of them.',
  RETRY_OUTSIDE_SHARED_CACHE:
    'retry is outside sharedCache: each attempt waits for the other processes again. Put sharedCache outside retry.',
  CIRCUIT_BREAKER_OUTSIDE_SHARED_CACHE:
    'circuitBreaker is outside sharedCache: an open circuit refuses values that other processes share. Put sharedCache outside circuitBreaker.',
  RATE_LIMIT_OUTSIDE_SHARED_CACHE:
    'rateLimit is outside sharedCache: reads of shared values count against the limit. Put sharedCache outside rateLimit.',
  SHARED_CACHE_OUTSIDE_CACHE:
    'sharedCache is outside cache: every read of a value in memory asks Redis. Put cache outside sharedCache.',
  RETRY_OUTSIDE_SNAPSHOT:
    'retry is outside snapshot: a value from before the outage hides the first failure, so there is no second attempt. Put snapshot outside retry.',
  CIRCUIT_BREAKER_OUTSIDE_SNAPSHOT:
    'circuitBreaker is outside snapshot: a value from before the outage hides the failures that open the circuit. Put snapshot outside circuitBreaker.',
  RATE_LIMIT_OUTSIDE_SNAPSHOT:
    'rateLimit is outside snapshot: reads of values in the snapshot count against the limit. Put snapshot outside rateLimit.',
  SHARED_CACHE_OUTSIDE_SNAPSHOT:
    'sharedCache is outside snapshot: a process that serves its own snapshot ends the wait of the fleet for a new value. Put snapshot outside sharedCache.',
  SNAPSHOT_OUTSIDE_CACHE:
    'snapshot is outside cache: every read of a value in memory writes to the disk. Put cache outside snapshot.',
  TIMEOUT_OUTSIDE_CIRCUIT_BREAKER:
    'timeout is outside circuitBreaker: a backend that hangs never opens the circuit. Put a timeout inside circuitBreaker.',
};

/**
 * Returns the harmful orders in a stack, for a test: `expect(checkOrder(secrets)).toEqual([])`. Empty when there is none, or
 * when a layer is `anyOrder`. It prints nothing.
 *
 * @param stack - A provider or a client.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { checkOrder } from '@secretkit/middleware/order';
 * import { recommended } from '@secretkit/middleware/recommended';
 *
 * const secrets = createSecrets(recommended()(envSecrets()));
 * console.log(checkOrder(secrets)); // []
 * ```
 */
export function checkOrder(stack: { readonly layers?: readonly Layer[] }): readonly OrderProblem[] {
  const { name, scoped } = Object(stack) as { name?: unknown; scoped?: unknown };
  if (typeof stack !== 'object' || (typeof name !== 'string' && typeof scoped !== 'function')) {
    throw new TypeError(`checkOrder: stack must be a provider or a client, got ${kindOf(stack)}.`);
  }
  return orderCodes(layersOf(stack)).map((code) => ({
    code,
    message: `${problems[code.slice('SECRETKIT_ORDER_'.length)]} To keep this order, compose it with anyOrder().`,
  }));
}

/**
 * Composes middleware like `compose`, in an order that is intended: there is no order warning for this stack, nor for the
 * layers around it. `layersOf` shows it as a layer of the name `anyOrder`.
 *
 * @throws `TypeError` when an argument is not a middleware.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { cache } from '@secretkit/middleware/cache';
 * import { anyOrder } from '@secretkit/middleware/order';
 * import { timeout } from '@secretkit/middleware/timeout';
 *
 * // Every reader waits at most 50 ms, also for a refresh.
 * const secrets = createSecrets(anyOrder(timeout({ timeoutMs: 50 }), cache())(envSecrets()));
 * ```
 */
export function anyOrder(...middleware: readonly Middleware[]): Middleware {
  const marker = defineMiddleware({
    name: 'anyOrder',
    kind: Symbol.for('secretkit.kind.anyOrder'),
    build: () => ({}),
  });
  return compose(...middleware, marker);
}
