import {
  checkRef,
  describeRef,
  isPlainObject,
  isSecret,
  isSecretError,
  kindOf,
  type Secret,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';

/** The first content of a memory: values by name, or pairs of a ref and a value. */
export type InitialSecrets =
  | Readonly<Record<string, string | Secret>>
  | Iterable<readonly [ref: string | SecretRef, value: string | Secret]>;

/**
 * Returns the content as checked pairs.
 *
 * @param owner - The function whose option it is, for messages.
 * @throws `TypeError` for anything that is not a secret; a value is never quoted.
 */
export function readInitial(owner: string, initial: InitialSecrets): readonly [SecretRef, Secret][] {
  const isIterable = typeof initial === 'object' && initial !== null && Symbol.iterator in initial;
  if (!isIterable && !isPlainObject(initial)) {
    throw new TypeError(
      `${owner}: initial must be an object of values by name, or pairs of a ref and a value, got ${kindOf(initial)}.`,
    );
  }
  const pairs = isIterable ? [...initial] : Object.entries(initial);
  return pairs.map((pair, at) => readPair(`${owner}: initial[${at}]`, pair));
}

function readPair(place: string, pair: readonly unknown[]): [SecretRef, Secret] {
  if (!Array.isArray(pair)) {
    throw new TypeError(`${place} must be a pair of a ref and a value, got ${kindOf(pair)}.`);
  }
  const [input, value] = pair as [string | SecretRef, string | Secret]; // each is checked next
  const ref = checked(place, () => checkRef(input));
  return [ref, isSecret(value) ? value : checked(`${place}, ${describeRef(ref)}`, () => seal(value))];
}

function checked<T>(place: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw isSecretError(error) ? new TypeError(`${place}: ${error.problem}`) : error;
  }
}
