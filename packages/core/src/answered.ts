import type { Secret } from './secret.js';

const brand: unique symbol = Symbol.for('secretkit.answered'); // one symbol for all copies of the package

/**
 * A resolved promise that the layers outside hand on as it is, without a look at what it holds. A cache keeps one per
 * entry, and a hit costs no more than awaiting it.
 */
export function answered(secret: Secret): Promise<Secret> {
  return Object.defineProperty(Promise.resolve(secret), brand, { value: true });
}

/** Did `answered` make this promise? Then it cannot reject, and holds a `Secret`. */
export function isAnswered(promise: unknown): promise is Promise<Secret> {
  return (promise as { [brand]?: true } | undefined)?.[brand] === true;
}
