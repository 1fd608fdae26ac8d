import { type Answer, isSecretError, type Secret, SecretError, withFields } from '@secretkit/core/provider';
import { parseSecret } from './parse-secret.js';
import type { Request } from './read-specs.js';

/** What came of a request. */
export interface Outcome {
  /** As the application gets it: parsed, or what stands for a missing one. */
  readonly secret?: Secret<unknown> | undefined;
  /** As it came from the store. */
  readonly raw?: Secret | undefined;
  readonly error?: SecretError | undefined;
}

/** The answer as the application gets it. A failure is never read as absence. */
export function answerTo(request: Request, answer: Answer): Outcome {
  if (isSecretError(answer)) return { error: answer.ref ? answer : withFields(answer, { ref: request.ref }) };
  if (answer === undefined)
    return request.absent ? { secret: request.absent.value } : { error: missing(request) };
  const parsed = parseSecret(request, answer);
  return isSecretError(parsed) ? { error: parsed } : { secret: parsed, raw: answer };
}

/** A secret that must be there, and is not. */
export function missing({ ref }: Pick<Request, 'ref'>): SecretError {
  return new SecretError(
    'not_found',
    'there is no such secret, or it has expired. Create it, or check its name and scope.',
    { ref },
  );
}
