import { compose, type Layer, layersOf, type Middleware } from '@secretkit/core';
import { defineMiddleware, orderCodes } from '@secretkit/core/middleware';

/** A harmful order of the layers of a stack. */
export interface OrderProblem {
  /** Its name, as `compose` warns: `SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE`. */
  readonly code: string;
  /** The harm, and the remedy. */
  readonly message: string;
}

const harms: Readonly<Record<string, string>> = {
  CACHE_OUTSIDE_FALLBACK:
    'the cache keeps an old value of one provider over a new value of another. Put a cache inside the fallback, around each provider',
  RETRY_OUTSIDE_CACHE: 'every reader retries for itself, also when a stale value can be served',
  CIRCUIT_BREAKER_OUTSIDE_CACHE: 'an open circuit refuses values that are in memory',
  RATE_LIMIT_OUTSIDE_CACHE: 'reads of values in memory count against the limit',
  TIMEOUT_OUTSIDE_CACHE: 'every read of a value in memory pays for a timer',
  CIRCUIT_BREAKER_OUTSIDE_RETRY: 'several attempts count as one, and an open circuit does not end the retry',
  RATE_LIMIT_OUTSIDE_RETRY: 'attempts after the first are not limited',
  RETRY_OUTSIDE_RETRY: 'the attempts of both multiply',
  TIMEOUT_OUTSIDE_CIRCUIT_BREAKER: 'a backend that hangs never opens the circuit',
};

/**
 * Returns the harmful orders in a stack, for a test: `expect(checkOrder(secrets)).toEqual([])`. It prints nothing.
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
  return orderCodes(layersOf(stack)).map((code) => ({
    code,
    message: `${harms[code.slice('SECRETKIT_ORDER_'.length)]}. recommended() has the order that works; anyOrder() accepts this one.`,
  }));
}

/**
 * Composes middleware like `compose`, in an order that usually does harm and is intended here: nothing warns about it, or
 * about the layers around it. A layer named `anyOrder` shows it in `layersOf`.
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
 * // Every reader waits at most 50 ms, also for the refresh of a value in memory.
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
