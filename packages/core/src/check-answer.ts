import type { Answer, SecretPage } from './provider.js';
import type { SecretRef } from './ref.js';
import { sanitise } from './sanitise.js';
import { isSecret, type Secret } from './secret.js';
import { isSecretError, SecretError, type SecretErrorFields } from './secret-error.js';

/** The answer, if it is one: a provider in plain JavaScript may answer anything. */
export function checkAnswer(answer: Secret | undefined, where: SecretErrorFields): Secret | undefined {
  if (answer === undefined || isSecret(answer)) return answer;
  throw malformed('a value that is neither sealed nor undefined', where);
}

/** The answers of a batch, if there is one for each ref; what is no answer becomes a failure in its place. */
export function checkAnswers(
  answers: readonly Answer[],
  refs: readonly SecretRef[],
  provider: string,
): readonly Answer[] {
  if (!Array.isArray(answers) || answers.length !== refs.length) {
    throw malformed(`something else than ${refs.length} answers for ${refs.length} refs`);
  }
  return Array.from(answers, (answer: unknown, at) => {
    if (answer === undefined || isSecret(answer)) return answer as Secret | undefined; // providers seal strings only
    const where = { provider, operation: 'getMany', ref: refs[at] } as const;
    if (isSecretError(answer) || answer instanceof Error) return sanitise(answer, where);
    return malformed('a value that is neither sealed nor undefined', where);
  });
}

/** The page, if it is one. */
export function checkPage(page: SecretPage): SecretPage {
  const { refs, cursor } = (page ?? {}) as Partial<SecretPage>;
  if (!Array.isArray(refs) || !(cursor === undefined || typeof cursor === 'string')) {
    throw malformed('something else than a page of refs');
  }
  return page;
}

function malformed(what: string, where?: SecretErrorFields): SecretError {
  return new SecretError('invalid_data', `the provider answered with ${what}. Mend the provider.`, where);
}
