import { isPlainObject, kindOf, maxDelayMs, own, unknownKey } from '../checks/check-options.js';
import type { CallContext } from '../contract/provider.js';
import { contentOf, genuine, isSecret, type Secret, seal } from '../contract/secret.js';
import { invalid, isSecretError, type SecretErrorFields, withFields } from '../contract/secret-error.js';
import type { SecretInput } from './fields.js';
import type { ReadOptions, RefsByKey } from './secrets.js';

const empty: CallContext = Object.freeze({});

/** Returns the context of a call with these options. */
export function contextOf(options: ReadOptions | undefined, known: readonly string[]): CallContext {
  if (options === undefined) return empty;
  if (!isPlainObject(options)) throw invalid(`options must be an object, got ${kindOf(options)}.`);
  const unknown = unknownKey(options, known);
  if (unknown) throw invalid(unknown);
  const [signal, fresh] = [own(options, 'signal'), own(options, 'fresh')];
  if (signal !== undefined && !isSignal(signal)) {
    throw invalid(`signal must be an AbortSignal, such as controller.signal, got ${kindOf(signal)}.`);
  }
  return { ...(signal && { signal }), ...(fresh && { fresh }) };
}

// By its members: a test environment, or a polyfill, may have a class of its own.
function isSignal(thing: Partial<AbortSignal> | null): boolean {
  const { aborted, addEventListener, removeEventListener } = thing ?? {};
  const kinds = [typeof aborted, typeof addEventListener, typeof removeEventListener];
  return kinds.join() === 'boolean,function,function';
}

export function checkRefs(input: unknown): RefsByKey {
  if (isPlainObject(input)) return input as RefsByKey; // refs are checked next
  throw invalid(`refs must be an object, such as { db: 'DATABASE_URL' }, got ${kindOf(input)}.`);
}

export function checkList(inputs: unknown): readonly SecretInput[] {
  const isList = Array.isArray(inputs);
  if (isList && inputs.length > 0) return inputs as readonly SecretInput[]; // refs are checked next
  const got = isList ? 'an empty array' : kindOf(inputs);
  throw invalid(`refs must be a list of names or refs, such as ['db-password'], got ${got}.`);
}

export function checkPeriod(everyMs: unknown): number {
  if (typeof everyMs === 'number' && everyMs >= 1 && everyMs <= maxDelayMs) return everyMs;
  const got = typeof everyMs === 'number' ? everyMs : kindOf(everyMs);
  throw invalid(`everyMs must be a number of milliseconds between 1 and ${maxDelayMs}, got ${got}.`);
}

export function checkStatuses(statuses: unknown): readonly number[] | undefined {
  const isStatus = (each: unknown): boolean =>
    Number.isInteger(each) && Number(each) >= 100 && Number(each) < 600;
  const isList = Array.isArray(statuses);
  if (statuses === undefined || (isList && statuses.every(isStatus))) return statuses as number[] | undefined;
  const got = isList ? 'a list with something else' : kindOf(statuses);
  throw invalid(`authFailure must be a list of HTTP statuses, such as [401, 403], got ${got}.`);
}

export function checkCallback(argument: string, callback: unknown): void {
  if (typeof callback === 'function') return;
  throw invalid(`${argument} must be a function, got ${kindOf(callback)}.`);
}

/** Returns a value to write as a `Secret`. An expiry in the options replaces that of a `Secret`. */
export function sealed(value: unknown, expiresAt: Date | undefined, where: SecretErrorFields): Secret {
  try {
    if (!isSecret(value)) return seal(value as string, { expiresAt }); // seal checks that it is a string
    const secret = genuine(value);
    if (!secret) throw invalid('value must be a Secret of a text, got another one. Write the text itself.');
    if (expiresAt === undefined) return secret;
    const { refreshAt, createdAt, version } = secret;
    return seal(contentOf(secret), { refreshAt, createdAt, version, expiresAt });
  } catch (error) {
    const unreadable = 'value and expiresAt must be readable, got one that throws. Pass a Date.';
    throw withFields(isSecretError(error) ? error : invalid(unreadable), where);
  }
}
