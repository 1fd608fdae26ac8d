import { SecretError, type SecretErrorCode, type SecretErrorFields } from '@secretkit/core/provider';

/**
 * Returns the error that a script names by its code; an error is returned as it is.
 *
 * @throws `TypeError` for an unknown code.
 */
export function scriptedError<E extends Error>(
  failure: SecretErrorCode | E,
  where: SecretErrorFields = {},
): SecretError | E {
  return typeof failure === 'string' ? new SecretError(failure, 'a scripted failure.', where) : failure;
}
