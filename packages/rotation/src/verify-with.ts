import { hasExpired, isSecret, kindOf, type Secret, SecretError } from '@secretkit/core/provider';

/**
 * Verifies a signature or a token while a key is rotated: with the current key, and with the one before. `verify` is called with
 * every key that there is, so that the duration does not show which key was right.
 *
 * @param keys - The keys, the current one first. `undefined` and expired ones are skipped.
 * @param verify - Returns the result, such as the event; a key is wrong if it throws or returns `false`. Compares in constant time.
 * @returns The result of the first key that is right; `false` if `verify` returned that for every key.
 * @throws What `verify` has thrown for the first key, if no key is right; `not_found` without a key; `TypeError` for wrong arguments.
 * @example
 * ```ts
 * import { seal } from '@secretkit/core';
 * import { verifyWith } from '@secretkit/rotation';
 *
 * const keys = [seal('new-key'), seal('old-key')];
 * console.log(await verifyWith(keys, (key) => key === 'old-key')); // true
 * ```
 */
export async function verifyWith<T, R>(
  keys: readonly (Secret<T> | undefined)[],
  verify: (key: T) => Promise<R> | R,
): Promise<R> {
  checkKeys(keys);
  const now = Date.now();
  const present = keys.filter((key): key is Secret<T> => key !== undefined && !hasExpired(key, now));
  const outcomes = await Promise.allSettled(present.map(async (key) => verify(key.reveal())));
  const right = outcomes.find((each) => each.status === 'fulfilled' && each.value !== false);
  const [outcome] = right ? [right] : outcomes;
  if (!outcome)
    throw new SecretError('not_found', 'verifyWith: there is no key that has not expired. Create one.');
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

function checkKeys(keys: unknown): void {
  const isKey = (key: unknown): boolean => key === undefined || isSecret(key);
  if (Array.isArray(keys) && keys.every(isKey)) return;
  throw new TypeError(
    `verifyWith: keys must be a list of Secrets, got ${Array.isArray(keys) ? 'another value in it' : kindOf(keys)}.`,
  );
}
