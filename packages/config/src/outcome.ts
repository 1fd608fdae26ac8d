import type { SecretsReader } from '@secretkit/core';
import {
  type Answer,
  isSecretError,
  missingError,
  type Secret,
  type SecretError,
  withFields,
} from '@secretkit/core/provider';
import { asyncProblem, parseSecret } from './parse-secret.js';
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
export async function outcomeOf(secrets: SecretsReader, request: Request, answer: Answer): Promise<Outcome> {
  if (isSecretError(answer)) return { error: answer.ref ? answer : withFields(answer, { ref: request.ref }) };
  if (answer === undefined) {
    return request.absent
      ? { secret: request.absent.value }
      : { error: missingError(secrets, request.ref, request.field) };
  }
  const parsed = (await asyncProblem(request, answer)) ?? parseSecret(request, answer);
  return isSecretError(parsed) ? { error: parsed } : { secret: parsed, raw: answer };
}
