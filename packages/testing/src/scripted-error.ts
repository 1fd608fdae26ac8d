import { kindOf, SecretError, type SecretErrorCode, type SecretErrorFields } from '@secretkit/core/provider';

/**
 * Returns the error that a script names by its code; an error is returned as it is.
 *
 * @throws `TypeError` for an unknown code, and for anything that is neither a code nor an error.
 */
export function scriptedError<E extends Error>(
  failure: SecretErrorCode | E,
  where: SecretErrorFields = {},
): SecretError | E {
  if (typeof failure === 'string') return new SecretError(failure, 'a scripted failure.', where);
  if (typeof failure === 'object' && failure !== null) return failure; // an Error may be of another realm
  throw new TypeError(`failure must be a code or an error, got ${kindOf(failure)}.`);
}
