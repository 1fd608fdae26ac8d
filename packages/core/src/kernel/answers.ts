import { isPlainObject } from '../checks/check-options.js';
import type { Answer, SecretPage, SecretProvider, SecretVersion, SetResult } from '../contract/provider.js';
import { copyRef, type SecretRef } from '../contract/ref.js';
import { isSecret, type Secret } from '../contract/secret.js';
import {
  errorRules,
  isSecretError,
  messageOf,
  type Operation,
  SecretError,
  type SecretErrorFields,
  withFields,
} from '../contract/secret-error.js';
import { ignoreErrors } from './injected.js';

// A provider in plain JavaScript may return or throw anything. Each of these functions returns what the contract allows,
// and throws `invalid_data` for anything else.

export function checkAnswer(answer: Secret | undefined, where: SecretErrorFields): Secret | undefined {
  if (answer === undefined || isSealed(answer)) return answer;
  throw malformed('a sealed value or undefined', where);
}

/** Returns one answer for each ref; anything else becomes a failure in its place. */
export function checkAnswers(answers: unknown, refs: readonly SecretRef[], name: string): readonly Answer[] {
  if (!Array.isArray(answers) || answers.length !== refs.length) {
    throw malformed(`an array of ${refs.length} answers for ${refs.length} refs`);
  }
  return Array.from(answers, (answer: unknown, at) => {
    if (answer === undefined || isSealed(answer)) return answer;
    const where = { provider: name, operation: 'getMany', ref: refs[at] } as const;
    const failed = ignoreErrors(() => answer instanceof Error || isSecretError(answer)) ?? false;
    return failed ? toSecretError(answer, where) : malformed('a sealed value or undefined', where);
  });
}

export function checkPage(page: unknown): SecretPage {
  const { refs, cursor } = (page ?? {}) as Partial<SecretPage>;
  const isCursor = cursor === undefined || typeof cursor === 'string';
  if (!isCursor || !Array.isArray(refs) || !refs.every(isRef)) throw malformed('a page of refs');
  return { refs: refs.map(copyRef), ...(cursor !== undefined && { cursor }) };
}

export function checkSetResult(result: unknown): SetResult {
  const { version } = (result ?? {}) as SetResult;
  return typeof version === 'string' && version !== '' ? { version } : {};
}

export function checkVersion(result: unknown): Required<SetResult> {
  const { version } = checkSetResult(result);
  if (version === undefined) throw malformed('the version that it wrote');
  return { version };
}

/** Returns copies with the known fields only: another one may hold the value. */
export function checkVersions(versions: unknown): readonly SecretVersion[] {
  const copies = Array.isArray(versions) ? ignoreErrors(() => versions.map(copyVersion)) : undefined;
  if (!copies?.every(({ version, stages = [] }) => [version, ...stages].every(isText))) {
    throw malformed('a list of versions');
  }
  return copies;
}

function copyVersion({ version, stages, createdAt, expiresAt }: SecretVersion): SecretVersion {
  return {
    version,
    ...(stages && { stages: stages.map((stage) => stage) }), // a text has no such method
    ...(createdAt && { createdAt: new Date(createdAt.getTime()) }),
    ...(expiresAt && { expiresAt: new Date(expiresAt.getTime()) }),
  };
}

function isText(thing: unknown): boolean {
  return typeof thing === 'string' && thing !== '';
}

/** Returns the failure of a call that the backend has no method for. */
export function unsupported({ name }: SecretProvider, operation: Operation, ref?: SecretRef): SecretError {
  const problem = `this backend does not support ${operation}. Check secrets.can('${operation}') first.`;
  return new SecretError('unsupported', problem, { provider: name, operation, ref });
}

/** Returns the failure of a call with a version, at a backend that has none. */
export function unsupportedVersion(
  { name }: SecretProvider,
  operation: Operation,
  ref: SecretRef,
): SecretError {
  const problem = `this backend does not support versions. Check secrets.can('listVersions') first.`;
  return new SecretError('unsupported', problem, { provider: name, operation, ref });
}

/**
 * Returns an error that is safe to pass on: a `SecretError` with its place and without additions, such as a cause; for any
 * other error an `unknown` with the name of a built-in class and nothing else, since the rest may quote a secret.
 */
export function toSecretError(error: unknown, where: SecretErrorFields): SecretError {
  let kind = 'an exception';
  try {
    // A newer copy of the package may know more codes.
    if (isSecretError(error) && Object.hasOwn(errorRules, error.code)) {
      if (error.provider === undefined) return withFields(error, where);
      return isUnchanged(error) ? error : withFields(error, {});
    }
    kind = builtIn.find((builtInClass) => error instanceof builtInClass)?.name ?? kind;
  } catch {
    // It throws on access.
  }
  const reason = 'Its message is withheld, since it may quote a secret.';
  const problem = `the provider or a middleware threw ${kind}. ${reason} Throw a SecretError instead.`;
  return new SecretError('unknown', problem, where);
}

const builtIn = [TypeError, RangeError, SyntaxError, ReferenceError, URIError];
const ownKeys: readonly unknown[] =
  'message stack code problem retryable details provider operation ref retryAfterMs'.split(' ');

// Its maker may have added to it: the SDK's own error as a cause, a response, a getter, a longer message.
function isUnchanged(error: SecretError): boolean {
  return (
    Object.getPrototypeOf(error) === SecretError.prototype &&
    Reflect.ownKeys(error).every((key) => ownKeys.includes(key)) &&
    Object.isFrozen(error.details) &&
    (error.ref === undefined || Object.isFrozen(error.ref)) &&
    error.message === messageOf(error.code, error.problem, error)
  );
}

function isRef(ref: unknown): boolean {
  const { name, scope, version = '' } = (ref ?? {}) as Partial<SecretRef>;
  return (
    typeof name === 'string' && typeof version === 'string' && (scope === undefined || isPlainObject(scope))
  );
}

// A proxy may throw on access.
function isSealed(answer: unknown): answer is Secret {
  return ignoreErrors(() => isSecret(answer)) ?? false;
}

export function malformed(expected: string, where?: SecretErrorFields): SecretError {
  return new SecretError('invalid_data', `the provider must return ${expected}. Fix the provider.`, where);
}
