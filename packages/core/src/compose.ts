import type { Middleware, Wrapped } from './middleware.js';
import type { SecretProvider } from './provider.js';

/**
 * One middleware out of several; the first listed is the outermost. `compose()` changes nothing.
 *
 * @throws `TypeError` when something listed is not a middleware.
 * @example
 * ```ts
 * import { compose, createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { cache } from '@secretkit/middleware/cache';
 * import { retry } from '@secretkit/middleware/retry';
 *
 * const secrets = createSecrets(compose(cache(), retry())(envSecrets()));
 * ```
 */
export function compose(...middleware: readonly Middleware[]): Middleware {
  const wrong = middleware.findIndex((layer) => typeof layer !== 'function');
  if (wrong !== -1) {
    throw new TypeError(
      `compose takes middleware, such as cache(); its argument ${wrong + 1} is not a function.`,
    );
  }
  return <P extends SecretProvider>(next: P): Wrapped<P> =>
    // Each layer keeps the capabilities of what it wraps, so all of them keep P's; a fold cannot say so.
    middleware.reduceRight<SecretProvider>((inner, layer) => layer(inner), next) as Wrapped<P>;
}
