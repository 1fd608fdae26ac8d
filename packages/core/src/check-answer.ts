import { isPlain } from './is-plain.js';
import type { Answer, SecretPage } from './provider.js';
import { copyRef, type SecretRef } from './ref.js';
import { sanitise } from './sanitise.js';
import { isSecret, type Secret } from './secret.js';
import { isSecretError, SecretError, type SecretErrorFields } from './secret-error.js';

/** The answer, if it is one: a provider in plain JavaScript may answer anything. */
export function checkAnswer(answer: Secret | undefined, where: SecretErrorFields): Secret | undefined {
  if (answer === undefined || isSealed(answer)) return answer;
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
    if (answer === undefined || isSealed(answer)) return answer; // providers seal strings only
    const where = { provider, operation: 'getMany', ref: refs[at] } as const;
    return isFailure(answer)
      ? sanitise(answer, where)
      : malformed('a value that is neither sealed nor undefined', where);
  });
}

/** The page, if it is one. */
export function checkPage(page: SecretPage): SecretPage {
  const { refs, cursor } = (page ?? {}) as Partial<SecretPage>;
  const isPage =
    Array.isArray(refs) && refs.every(isRef) && (cursor === undefined || typeof cursor === 'string');
  if (!isPage) throw malformed('something else than a page of refs');
  return { refs: refs.map(copyRef), ...(cursor !== undefined && { cursor }) }; // and nothing that is beside them
}

function isRef(ref: unknown): boolean {
  const { name, scope } = (ref ?? {}) as Partial<SecretRef>;
  return typeof name === 'string' && (scope === undefined || isPlain(scope));
}

function isSealed(answer: unknown): answer is Secret {
  return harmless(() => isSecret(answer));
}

function isFailure(answer: unknown): boolean {
  return harmless(() => answer instanceof Error || isSecretError(answer));
}

/** It may be a proxy, which throws when it is looked at. */
function harmless(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

function malformed(what: string, where?: SecretErrorFields): SecretError {
  return new SecretError('invalid_data', `the provider answered with ${what}. Mend the provider.`, where);
}
