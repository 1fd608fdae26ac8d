import { SecretError, type SecretErrorCode, type SecretErrorFields } from '@secretkit/core/provider';

/**
 * The error that a script asks for, by its code or ready-made.
 *
 * @throws `TypeError` for a code that there is not.
 */
export function scripted<E extends Error>(
  failure: SecretErrorCode | E,
  where: SecretErrorFields = {},
): SecretError | E {
  return typeof failure === 'string' ? new SecretError(failure, 'as scripted.', where) : failure;
}
