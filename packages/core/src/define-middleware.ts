import { checkProvider } from './check-provider.js';
import { guard } from './guard.js';
import { layersOf } from './layers.js';
import type { Middleware, Wrapped } from './middleware.js';
import type { Layer, SecretProvider } from './provider.js';
import { isWrapped, type Overrides, wrap } from './wrap.js';

/**
 * A middleware that looks at values, such as a cache. One that does not should be made with `around`.
 *
 * `build` is called once for each provider that is wrapped, and says what is done differently; whatever it leaves out
 * is handed on. It is given the provider inside, whose methods are bound, and reject with a `SecretError` or the
 * abort's reason and nothing else. `peek` and `subscribe` are handed on too: override them with `get` if you change values.
 *
 * @param name - The middleware in one word, for `provider.name` and `layersOf`.
 * @param options - What it was configured with, as `layersOf` shows it. Never a secret.
 * @throws `TypeError` when what is wrapped is no provider, or when `get` is overridden but `getMany`, which the
 * provider inside has, is not: batches would pass the middleware by.
 * @example
 * ```ts
 * import { defineMiddleware, seal } from '@secretkit/core';
 *
 * const trimmed = defineMiddleware('trimmed', {}, (next) => ({
 *   async get(ref, ctx) {
 *     const secret = await next.get(ref, ctx);
 *     return secret && seal(secret.reveal().trim(), secret);
 *   },
 *   getMany: undefined,
 * }));
 * ```
 */
export function defineMiddleware(
  name: string,
  options: Readonly<Record<string, unknown>>,
  build: (next: SecretProvider) => Overrides,
): Middleware {
  return <P extends SecretProvider>(next: P): Wrapped<P> => {
    checkProvider(next, name);
    const inner = isWrapped(next) ? next : guard(next);
    const overrides = build(inner);
    const layer: Layer = Object.freeze({
      name,
      options: Object.freeze({ ...options }),
      ...(overrides.snapshot && { snapshot: overrides.snapshot }),
    });
    if (overrides.get && next.getMany && !overrides.getMany) {
      throw new TypeError(
        `The middleware ${name} overrides get but not getMany, and ${next.name} has getMany: ` +
          'a batch would pass the middleware by. Override getMany too.',
      );
    }
    // wrap() gives exactly the capabilities of `next`.
    return wrap(inner, `${name}(${next.name})`, [layer, ...layersOf(next)], overrides) as Wrapped<P>;
  };
}
