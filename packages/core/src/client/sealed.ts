import { invalid } from '../invalid.js';
import { isSecret, type Secret, seal } from '../secret.js';
import { isSecretError, restate, type SecretErrorFields } from '../secret-error.js';

/**
 * What an application writes, as a `Secret`. An expiry given beside a `Secret` replaces the one it has.
 *
 * @throws `invalid_argument` when it is no non-empty string, sealed or not.
 */
export function sealed(value: unknown, expiresAt: Date | undefined, where: SecretErrorFields): Secret {
  try {
    if (!isSecret(value)) return seal(value as string, { expiresAt }); // seal checks that it is one
    const revealed = value.reveal();
    if (typeof revealed !== 'string') {
      throw invalid('a mapped Secret cannot be written. Write the string it came from.');
    }
    if (expiresAt === undefined) return value as Secret; // it reveals a string
    return seal(revealed, { createdAt: value.createdAt, version: value.version, expiresAt });
  } catch (error) {
    throw isSecretError(error) ? restate(error, where) : error;
  }
}
