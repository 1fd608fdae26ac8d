import { invalid } from './invalid.js';
import { isPlain } from './is-plain.js';
import { kindOf } from './kind-of.js';
import type { SecretRef, SecretScope } from './ref.js';

const maxLength = 5_000;

/**
 * A frozen copy of a ref that is known to be well-formed; a string is a name in the default scope.
 *
 * @throws `invalid_argument` when the name or a scope field is empty, over 5,000 characters, has a control
 * character or half an emoji, or when a field is unknown or present without a value. What is malformed is not
 * quoted: it may be a value in the wrong place.
 */
export function checkRef(input: string | SecretRef): SecretRef {
  if (typeof input === 'string') return Object.freeze({ name: checkText(input, 'the name of a secret') });
  if (!isPlain(input)) {
    throw invalid(`a ref is a name or { name, scope }, not ${kindOf(input)}.`);
  }
  refuseUnknownFields(input, ['name', 'scope'], 'a ref');
  const name = checkText(input.name, 'the name of a secret');
  return Object.freeze('scope' in input ? { name, scope: checkScope(input.scope) } : { name });
}

/**
 * A frozen copy of a scope that is known to be well-formed.
 *
 * @throws `invalid_argument` for anything else, above all for a field that is present but `undefined`, `null` or
 * empty: a tenant's id that failed to load must not mean the default tenant.
 */
export function checkScope(scope: unknown): SecretScope {
  if (!isPlain(scope)) {
    throw invalid(`a scope is { account, user }, not ${kindOf(scope)}. Leave it out for the default scope.`);
  }
  refuseUnknownFields(scope, ['account', 'user'], 'a scope');
  const { account, user } = scope as Record<string, unknown>;
  return Object.freeze({
    ...('account' in scope && { account: checkText(account, "a scope's account") }),
    ...('user' in scope && { user: checkText(user, "a scope's user") }),
  });
}

function checkText(text: unknown, what: string): string {
  if (typeof text !== 'string') throw invalid(`${what} is a string, not ${kindOf(text)}.`);
  if (text === '') throw invalid(`${what} is empty.`);
  if (text.length > maxLength) throw invalid(`${what} has ${text.length} characters, ${maxLength} at most.`);
  if (/\p{Cc}/u.test(text)) throw invalid(`${what} has a control character.`);
  if (!text.isWellFormed()) throw invalid(`${what} has half of a surrogate pair.`);
  return text;
}

function refuseUnknownFields(input: object, known: readonly string[], what: string): void {
  const extra = Object.keys(input).find((key) => !known.includes(key));
  if (extra !== undefined) {
    throw invalid(`${what} has no field "${extra.slice(0, 50)}": it has ${known.join(' and ')}.`);
  }
}
