import { isSecretError, restate, SecretError, type SecretErrorFields } from './secret-error.js';

const builtIn = [TypeError, RangeError, SyntaxError, ReferenceError, URIError];

/**
 * The error itself if it is a `SecretError`, told where it happened if it does not say; else an `unknown` one that drops
 * everything but the name of a built-in class: a message, a cause or a field of a foreign error may quote a secret.
 */
export function sanitise(error: unknown, where: SecretErrorFields): SecretError {
  if (isSecretError(error)) return error.provider === undefined ? restate(error, where) : error;
  const kind = builtIn.find((builtInClass) => error instanceof builtInClass)?.name ?? 'an error of its own';
  return new SecretError(
    'unknown',
    `the provider threw ${kind}. The message is withheld, since it may quote a secret: ` +
      'have the provider throw a SecretError that says what is safe to say.',
    where,
  );
}
