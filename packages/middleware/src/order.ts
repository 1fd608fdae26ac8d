import { compose, defineMiddleware, type Middleware } from '@secretkit/core';
import { anyOrderLayer } from './order/in-order.js';

/**
 * Composes middleware like `compose`, in an order that is known to do harm elsewhere and is meant here: no warning is
 * given, nor for what is put around it. A layer named `anyOrder` says so in `layersOf`.
 *
 * @throws `TypeError` when something listed is not a middleware.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { cache } from '@secretkit/middleware/cache';
 * import { anyOrder } from '@secretkit/middleware/order';
 * import { timeout } from '@secretkit/middleware/timeout';
 *
 * // Every reader waits for 50 ms at most, also for the refresh of a value in memory.
 * const secrets = createSecrets(anyOrder(timeout({ timeoutMs: 50 }), cache())(envSecrets()));
 * ```
 */
export function anyOrder(...middleware: readonly Middleware[]): Middleware {
  return compose(
    ...middleware,
    defineMiddleware(anyOrderLayer, {}, () => ({})),
  );
}
