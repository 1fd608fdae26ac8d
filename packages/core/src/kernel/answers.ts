import { isPlainObject, kindOf } from '../checks/check-options.js';
import { checkText } from '../checks/check-ref.js';
import type {
  Answer,
  CacheInvalidation,
  MemoryExplanation,
  SecretChange,
  SecretPage,
  SecretProvider,
  SecretVersion,
  SetResult,
} from '../contract/provider.js';
import { copyRef, type SecretRef } from '../contract/ref.js';
import { genuine, type Secret, timeOf } from '../contract/secret.js';
import {
  errorRules,
  isSecretError,
  type Operation,
  SecretError,
  type SecretErrorCode,
  type SecretErrorFields,
} from '../contract/secret-error.js';
import { ignoreErrors } from './injected.js';

const expectedAnswer = 'a sealed value, or nothing';

// A provider in plain JavaScript may return or throw anything. Each of these functions returns what the contract allows,
// and throws `invalid_data` for anything else.

/** Returns the answer to a read. One that another copy of the package sealed is copied: only its maker can prove it. */
export function checkAnswer(answer: unknown, where: SecretErrorFields): Secret | undefined {
  const secret = genuine(answer);
  if (secret === undefined && answer !== undefined) throw malformed(expectedAnswer, answer, where);
  return secret;
}

/** Returns one answer for each ref; anything else becomes a failure in its place. */
export function checkAnswers(answers: unknown, refs: readonly SecretRef[], name: string): readonly Answer[] {
  if (!Array.isArray(answers) || answers.length !== refs.length) {
    throw malformed(`an array of ${refs.length} answers for ${refs.length} refs`, answers);
  }
  return Array.from(answers, (answer: unknown, at) => {
    const secret = genuine(answer);
    if (secret || answer === undefined) return secret;
    const where = { provider: name, operation: 'getMany', ref: refs[at] } as const;
    const failed = ignoreErrors(() => answer instanceof Error || isSecretError(answer)) ?? false;
    return failed ? toSecretError(answer, where) : malformed(expectedAnswer, answer, where);
  });
}

export function checkPage(page: unknown): SecretPage {
  const { refs, cursor } = (page ?? {}) as Partial<SecretPage>;
  const isCursor = cursor === undefined || isText(cursor); // an empty one starts again, or ends the list
  if (!isCursor || !Array.isArray(refs) || !refs.every(isRef)) throw malformed('a page of refs', refs);
  return { refs: refs.map(copyRef), ...(cursor !== undefined && { cursor }) };
}

export function checkSetResult(result: unknown): SetResult {
  const { version } = (result ?? {}) as SetResult;
  return typeof version === 'string' && version !== '' ? { version } : {};
}

export function checkVersion(result: unknown): Required<SetResult> {
  const { version } = checkSetResult(result);
  if (version === undefined) throw malformed('the version that it wrote', result);
  return { version };
}

/** Returns copies with the known fields only: another one may hold the value. */
export function checkVersions(versions: unknown): readonly SecretVersion[] {
  const copies = Array.isArray(versions) ? ignoreErrors(() => versions.map(copyVersion)) : undefined;
  if (!copies?.every(({ version, stages = [] }) => [version, ...stages].every(isText))) {
    throw malformed('a list of versions', versions);
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

const memoryStates = ['fresh', 'stale', 'refreshing', 'cooldown', 'missing', 'denied', 'absent'] as const;

/** Returns a copy with what the contract allows. Anything else is dropped: it may hold the value. */
export function checkExplanation(found: unknown): MemoryExplanation {
  const given = Object(found) as Readonly<Record<string, unknown>>;
  const { code, at } = Object(given.failure) as { code?: SecretErrorCode; at?: unknown };
  const failedAt = timeOf(at);
  const checked: Record<string, unknown> = {};
  for (const key of ['layer', 'backend', 'version', 'similar']) {
    const text = ignoreErrors(() => checkText(given[key], key));
    if (text !== undefined) checked[key] = text;
  }
  for (const key of ['asOf', 'fetchedAt', 'staleAt', 'expiresAt', 'servableUntil', 'nextAttemptAt']) {
    const time = timeOf(given[key]);
    if (time !== undefined) checked[key] = new Date(time);
  }
  return {
    ...checked,
    state: memoryStates.find((state) => state === given.state) ?? 'absent',
    ...(code &&
      Object.hasOwn(errorRules, code) &&
      failedAt !== undefined && { failure: { code, at: new Date(failedAt) } }),
  };
}

function isText(thing: unknown): thing is string {
  return typeof thing === 'string' && thing !== '';
}

/** Returns the failure of a call that the backend has no method for; with a version, of one at a backend that has none. */
export function unsupported({ name }: SecretProvider, operation: Operation, ref?: SecretRef): SecretError {
  const [what, capability] = ref?.version ? ['versions', 'listVersions'] : [operation, operation];
  const problem = `this backend does not support ${what}. Check secrets.can('${capability}') first.`;
  return new SecretError('unsupported', problem, { provider: name, operation, ref });
}

/** Returns the ref that represents others. */
export function checkCanonical(ref: unknown): SecretRef {
  if (isRef(ref)) return copyRef(ref);
  throw malformed('a ref from canonical', ref);
}

/** Returns a change in memory, as the contract allows it; `undefined` for anything else. */
export function checkChange(change: SecretChange | CacheInvalidation): typeof change | undefined {
  if (isPlainObject(change) && Object.hasOwn(change, 'invalidate')) {
    const { invalidate: target } = change as CacheInvalidation;
    const isTarget = target === undefined || (isPlainObject(target) && isRef({ name: 'any', ...target }));
    return isTarget ? { invalidate: target } : undefined;
  }
  const { ref, secret } = Object(change) as SecretChange;
  const sealed = genuine(secret);
  return sealed && isRef(ref) ? { ref: copyRef(ref), secret: sealed } : void kindOf(change); // it may be a promise
}

/**
 * Returns a new error that is safe to pass on: of a `SecretError` its fields and its place, and no message, stack or cause that
 * its maker may have changed; for any other error an `unknown` with the name of a built-in class and nothing else, since the
 * rest may quote a secret.
 */
export function toSecretError(error: unknown, where: SecretErrorFields): SecretError {
  let kind = 'an exception';
  try {
    const { code, problem, provider, operation, ref, retryAfterMs, retryable, details } = Object(
      error,
    ) as SecretError;
    // A newer copy of the package may know more codes.
    if (isSecretError(error) && Object.hasOwn(errorRules, code) && isText(problem)) {
      const own = { retryAfterMs, retryable, details, ...(isRef(ref) && { ref }) };
      const place = { provider, ...(/^\w+$/.test(String(operation)) && { operation }) };
      return new SecretError(code, problem, { ...own, ...(isText(provider) ? place : where) });
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

function isRef(ref: unknown): ref is SecretRef {
  const { name, scope = {}, version } = (ref ?? {}) as Partial<SecretRef>;
  if (!isPlainObject(scope)) return false;
  return (
    isText(name) && [version, scope.account, scope.user].every((each) => each === undefined || isText(each))
  );
}

export function malformed(expected: string, got: unknown, where?: SecretErrorFields): SecretError {
  const members = ignoreErrors(() => (Array.isArray(got) ? [...(got as unknown[])] : []));
  const [kind] = [got, ...(members ?? [])].map((each) => ignoreErrors(() => kindOf(each)));
  const problem = `the provider must return ${expected}, got ${kind ?? 'an object'}. Fix the provider.`;
  return new SecretError('invalid_data', problem, where);
}
