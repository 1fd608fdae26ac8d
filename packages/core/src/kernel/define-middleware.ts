import { checkProvider } from '../checks/check-provider.js';
import { type Layer, layersOf, type SecretProvider } from '../contract/provider.js';
import type { Capability } from '../contract/secret-error.js';
import { guard } from './guard.js';
import { isWrapped, type Overrides, wrap } from './wrap.js';

/** Wraps a provider, without a change to the capabilities of the backend. */
export type Middleware = <P extends SecretProvider>(next: P) => Wrapped<P>;

/** A provider around each member of a union, with exactly its capabilities: `Wrapped<EnvSecrets>` has no `set`. */
export type Wrapped<P extends SecretProvider> = P extends unknown ? CapabilitiesOf<P> & Layered : never;

/** The capabilities of a provider, each as optional as it is on the provider, with the contract's own signatures. */
export type CapabilitiesOf<P> = {
  [C in keyof Pick<P, Extract<keyof P, Capability>>]: NonNullable<SecretProvider[C & Capability]>;
};

/** The members of every layer. */
export interface Layered extends Omit<SecretProvider, Capability | 'layers'> {
  readonly layers: readonly Layer[];
}

/** The description of a middleware. */
export interface MiddlewareDescription {
  /** The middleware in one word, for `provider.name` and `layersOf`. */
  readonly name: string;
  /** Its kind, for the layers that need to know: `Symbol.for('secretkit.kind.…')`. @defaultValue none */
  readonly kind?: symbol | undefined;
  /** Its configuration, as `layersOf` shows it. Never a secret. @defaultValue none */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Defines a middleware that reads values, such as a cache. One that does not should be made with `around`.
 * `build` is called once for each provider that is wrapped, and returns the overrides. The methods of `next` are bound, and
 * reject with a `SecretError` or the abort reason only. If you change values, override `getMany` and `memory` with `get`.
 * @throws `TypeError` when the wrapped thing is not a provider, or has `getMany` and only `get` is overridden.
 * @example
 * ```ts
 * import { defineMiddleware } from '@secretkit/core/middleware';
 *
 * const audited = defineMiddleware({
 *   name: 'audited',
 *   build: ({ set }) => ({
 *     async set(ref, secret, ctx) {
 *       console.log(`writes ${ref.name}, expires ${secret.expiresAt?.toISOString() ?? 'never'}`);
 *       return set?.(ref, secret, ctx);
 *     },
 *   }),
 * });
 * ```
 */
export function defineMiddleware({
  name,
  kind,
  options = {},
  build,
}: MiddlewareDescription & { readonly build: (next: SecretProvider) => Overrides }): Middleware {
  if (typeof name !== 'string' || typeof build !== 'function') {
    throw new TypeError('defineMiddleware: name must be a string and build a function: { name, build }.');
  }
  return <P extends SecretProvider>(next: P): Wrapped<P> => {
    checkProvider(next, name);
    const inner = isWrapped(next) ? next : guard(next);
    const overrides = build(inner);
    const layer: Layer = Object.freeze({
      name,
      ...(kind && { kind }),
      options: Object.freeze({ ...options }),
      ...(overrides.snapshot && { snapshot: overrides.snapshot }),
    });
    if (overrides.get && next.getMany && !overrides.getMany) {
      const reason = `since ${next.name} has getMany: a batch would bypass the middleware.`;
      throw new TypeError(`${name}: getMany must be overridden together with get, ${reason}`);
    }
    // wrap() gives exactly the capabilities of `next`.
    return wrap(inner, `${name}(${next.name})`, [layer, ...layersOf(next)], overrides) as Wrapped<P>;
  };
}
