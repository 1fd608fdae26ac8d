import { errorRules } from './error-codes.js';
import { isSecretError, messageOf, restate, SecretError, type SecretErrorFields } from './secret-error.js';

const builtIn = [TypeError, RangeError, SyntaxError, ReferenceError, URIError];

const fields = new Set([
  'code',
  'problem',
  'retryable',
  'details',
  'provider',
  'operation',
  'ref',
  'retryAfterMs',
]);

/**
 * The error itself if it is a `SecretError`, told where it happened if it does not say, and without what was added to it,
 * such as a cause; else an `unknown` one that drops everything but the name of a built-in class: a message, a cause or a
 * field of a foreign error may quote a secret.
 */
export function sanitise(error: unknown, where: SecretErrorFields): SecretError {
  let kind = 'an error of its own';
  try {
    // A copy of the package that is newer may know more codes.
    if (isSecretError(error) && Object.hasOwn(errorRules, error.code)) {
      if (error.provider === undefined) return restate(error, where);
      return isAsMade(error) ? error : restate(error, {});
    }
    kind = builtIn.find((builtInClass) => error instanceof builtInClass)?.name ?? kind;
  } catch {
    // It throws when it is looked at.
  }
  return new SecretError(
    'unknown',
    `the provider threw ${kind}. The message is withheld, since it may quote a secret: ` +
      'have the provider throw a SecretError that says what is safe to say.',
    where,
  );
}

// Whoever makes one may add to it: the SDK's own error as a cause, a response, a getter, a longer message.
function isAsMade(error: SecretError): boolean {
  const known = (key: string | symbol): boolean =>
    key === 'message' || key === 'stack' || (typeof key === 'string' && fields.has(key));
  return (
    Object.getPrototypeOf(error) === SecretError.prototype &&
    Reflect.ownKeys(error).every(known) &&
    Object.isFrozen(error.details) &&
    (error.ref === undefined || Object.isFrozen(error.ref)) &&
    error.message === messageOf(error.code, error.problem, error)
  );
}
