import { type Answer, isSecretError, type Secret, SecretError, withFields } from '@secretkit/core/provider';
import { parseSecret } from './parse-secret.js';
import type { Request } from './read-specs.js';

/** The result of a request. */
export interface Outcome {
  /** The value for the application: parsed, or the replacement of a missing one. */
  readonly secret?: Secret<unknown> | undefined;
  /** The value from the store. */
  readonly raw?: Secret | undefined;
  readonly error?: SecretError | undefined;
}

/** Returns the result of a request. A failure never counts as missing. */
export function outcomeOf(request: Request, answer: Answer): Outcome {
  if (isSecretError(answer)) return { error: answer.ref ? answer : withFields(answer, { ref: request.ref }) };
  if (answer === undefined) {
    return request.absent ? { secret: request.absent.value } : { error: notFound(request) };
  }
  const parsed = parseSecret(request, answer);
  return isSecretError(parsed) ? { error: parsed } : { secret: parsed, raw: answer };
}

/** Returns the error of a required secret that is missing. */
export function notFound({ ref, field }: Pick<Request, 'ref' | 'field'>): SecretError {
  const missing =
    field === undefined ? 'the secret does not exist' : 'the secret or its field does not exist';
  const problem = `${missing}, or has expired. Create it, or check its name and scope.`;
  return new SecretError('not_found', problem, { ref });
}
