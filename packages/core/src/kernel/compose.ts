import { type Layer, layersOf } from '../contract/layer.js';
import type { SecretProvider } from '../contract/provider.js';
import type { Middleware, Wrapped } from './define-middleware.js';

/**
 * Makes one middleware from several; the first is the outermost. `compose()` changes nothing. Warns, with a code, about an
 * order that does harm; `checkOrder` of `@secretkit/middleware/order` explains the codes.
 *
 * @throws `TypeError` when an argument is not a middleware.
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
      `compose: argument ${wrong + 1} must be a middleware, such as cache(), got no function.`,
    );
  }
  return <P extends SecretProvider>(next: P): Wrapped<P> => {
    // Each layer keeps the capabilities of what it wraps, so all of them keep P's; a fold cannot express that.
    const stack = middleware.reduceRight<SecretProvider>((inner, layer) => layer(inner), next) as Wrapped<P>;
    const before = orderCodes(layersOf(next));
    for (const code of orderCodes(layersOf(stack))) if (!before.includes(code)) warn(code);
    return stack;
  };
}

// Outer layer: the inner ones that it harms.
const harmful: Readonly<Record<string, string>> = {
  cache: 'fallback',
  retry: 'cache,retry',
  circuitBreaker: 'cache,retry',
  rateLimit: 'cache,retry',
  timeout: 'cache,circuitBreaker',
};

/**
 * Returns the codes of the harmful orders in these layers: `SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE`. A stack with a layer of
 * the kind `anyOrder` has none.
 */
export function orderCodes(layers: readonly Layer[]): readonly string[] {
  return [...new Set(pathsOf(layers).flatMap(codesOf))];
}

/** The kinds of the layers, outermost first, on the way to each innermost provider. */
function pathsOf(layers: readonly Layer[]): readonly (readonly string[])[] {
  const kinds = layers.map(({ kind }) => kind?.description?.slice('secretkit.kind.'.length) ?? '');
  const branches = layers.at(-1)?.branches;
  if (!branches) return [kinds];
  return branches.flatMap((branch) => pathsOf(branch.layers).map((inside) => [...kinds, ...inside]));
}

function codesOf(kinds: readonly string[]): string[] {
  if (kinds.includes('anyOrder')) return [];
  return kinds.flatMap((outer, at) => {
    const inside = kinds.slice(at + 1);
    return (harmful[outer]?.split(',') ?? [])
      .filter((inner) => inside.includes(inner) && !isDeadlineOfAll(outer, inner, inside))
      .map((inner) => `SECRETKIT_ORDER_${capitals(outer)}_OUTSIDE_${capitals(inner)}`);
  });
}

// A timeout outside a breaker is fine for all attempts together, and with a timeout for each attempt inside.
function isDeadlineOfAll(outer: string, inner: string, inside: readonly string[]): boolean {
  if (outer !== 'timeout' || inner !== 'circuitBreaker') return false;
  const at = inside.indexOf(inner);
  return inside.slice(0, at).includes('retry') || inside.slice(at).includes('timeout');
}

function capitals(kind: string): string {
  return kind.replaceAll(/[A-Z]/g, '_$&').toUpperCase();
}

/** Warns as Node does, so that the warning can be disabled by its code; elsewhere on the console. */
function warn(code: string): void {
  const message = `The order of the middleware does harm: https://www.npmjs.com/package/@secretkit/middleware#order`;
  const { process } = globalThis as { process?: { emitWarning?: (text: string, about: object) => void } };
  if (typeof process?.emitWarning === 'function') {
    process.emitWarning(message, { type: 'SecretkitWarning', code });
  } else {
    // eslint-disable-next-line no-console -- there is no other channel
    console.warn(`${code}: ${message}`);
  }
}
