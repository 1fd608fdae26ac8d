import { type Layer, layersOf, type Middleware, type SecretProvider } from '@secretkit/core';
import { brokenRules, codeOf, type OrderRule } from './rules.js';
import { warn } from './warn.js';

/** The layer that stands for an order that is meant. */
export const anyOrderLayer = 'anyOrder';

/**
 * The same middleware, which warns when what it is put around should stand outside it.
 *
 * @param check - Throws when it cannot be put there.
 */
export function inOrder(middleware: Middleware, check?: (next: SecretProvider) => void): Middleware {
  return (next) => {
    const stack = middleware(next);
    check?.(next);
    const unmeant = waysIn(layersOf(stack)).filter((names) => !names.includes(anyOrderLayer));
    const broken = new Set(unmeant.flatMap(brokenRules));
    for (const rule of broken) warn(codeOf(rule), messageOf(rule, stack.name));
    return stack;
  };
}

/** The names of the layers, outermost first; where a provider is made of several, on the way to each of them. */
function waysIn(layers: readonly Layer[]): readonly (readonly string[])[] {
  const names = layers.map(({ name }) => name);
  const branches = layers.at(-1)?.branches;
  if (!branches) return [names];
  return branches.flatMap((branch) => waysIn(branch.layers).map((inside) => [...names, ...inside]));
}

function messageOf({ outer, inner, harm }: OrderRule, stack: string): string {
  return (
    `${outer} stands outside ${inner} in ${stack}: ${harm}. recommended() of @secretkit/middleware/recommended ` +
    'has the order that works. If this one is meant, compose the stack with anyOrder() of @secretkit/middleware/order. ' +
    'See https://www.npmjs.com/package/@secretkit/middleware#order'
  );
}
