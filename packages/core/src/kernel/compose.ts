import { kindOf } from '../checks/check-options.js';
import { layersOf, type SecretProvider } from '../contract/provider.js';
import type { Middleware, Wrapped } from './define-middleware.js';
import { orderCodes } from './order-codes.js';

const parts: unique symbol = Symbol.for('secretkit.parts'); // one symbol for all copies of the package

/**
 * Makes one middleware from several; the first is the outermost. `compose()` changes nothing. Warns, with a code, about an
 * order that does harm; `checkOrder` of `@secretkit/middleware/order` explains the codes.
 * @throws `TypeError` when an argument is not a middleware.
 */
export function compose(...middleware: readonly Middleware[]): Middleware {
  for (const [at, layer] of middleware.entries()) {
    if (typeof layer === 'function') continue;
    throw new TypeError(`compose: argument ${at + 1} must be a middleware: cache(), got ${kindOf(layer)}.`);
  }
  // A nested compose is one list with its outer one, so that an order is reported once.
  const layers = middleware.flatMap((layer) => (layer as Partial<Composed>)[parts] ?? [layer]);
  const composed = <P extends SecretProvider>(next: P): Wrapped<P> => {
    // Each layer keeps the capabilities of what it wraps, so all of them keep P's; a fold cannot express that.
    const stack = layers.reduceRight<SecretProvider>((inner, layer) => layer(inner), next) as Wrapped<P>;
    const before = orderCodes(layersOf(next));
    for (const code of orderCodes(layersOf(stack))) if (!before.includes(code)) warn(code, stack.name);
    return stack;
  };
  return Object.assign(composed, { [parts]: layers });
}

type Composed = Readonly<Record<typeof parts, readonly Middleware[]>>;

/** Warns as Node does, so that the warning can be disabled by its code; elsewhere on the console. */
function warn(code: string, stack: string): void {
  const link = 'https://www.npmjs.com/package/@secretkit/middleware#order';
  const message = `The order of the middleware in ${stack} does harm. See ${link}`;
  const { process } = globalThis as { process?: { emitWarning?: (text: string, about: object) => void } };
  if (typeof process?.emitWarning === 'function') {
    process.emitWarning(message, { type: 'SecretkitWarning', code });
  } else {
    // eslint-disable-next-line no-console -- there is no other channel
    console.warn(`${code}: ${message}`);
  }
}
