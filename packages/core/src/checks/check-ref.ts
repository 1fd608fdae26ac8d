import type { SecretRef, SecretScope } from '../contract/ref.js';
import { invalid } from '../contract/secret-error.js';
import { isPlainObject, kindOf, ownFields, unknownKey } from './check-options.js';

const maxLength = 5_000;

/**
 * Returns a frozen, well-formed copy of a ref; a string is a name in the default scope. Texts have 1 to 5,000 characters.
 * @throws `invalid_argument`. It quotes no input, which may be a value.
 */
export function checkRef(input: string | SecretRef): SecretRef {
  if (typeof input === 'string') return Object.freeze({ name: checkText(input, 'name') });
  if (!isPlainObject(input))
    throw invalid(`ref must be a name or { name, scope, version }, got ${kindOf(input)}.`);
  refuseUnknownKey('ref', input, ['name', 'scope', 'version']);
  const ref: Partial<SecretRef> = ownFields(input);
  return Object.freeze({
    name: checkText(ref.name, 'name'),
    ...('scope' in ref && { scope: checkScope(ref.scope) }),
    ...('version' in ref && { version: checkText(ref.version, 'version') }),
  });
}

/** Returns the same of a scope. @throws As `checkRef`: a field without a value must not mean the default tenant. */
export function checkScope(scope: unknown): SecretScope {
  if (!isPlainObject(scope)) {
    throw invalid(`scope must be { account, user }, got ${kindOf(scope)}. Omit it for the default scope.`);
  }
  refuseUnknownKey('scope', scope, ['account', 'user']);
  const own: SecretScope = ownFields(scope);
  return Object.freeze({
    ...('account' in own && { account: checkText(own.account, 'scope.account') }),
    ...('user' in own && { user: checkText(own.user, 'scope.user') }),
  });
}

function refuseUnknownKey(owner: string, input: object, known: readonly string[]): void {
  const unknown = unknownKey(input, known, 'field');
  if (unknown) throw invalid(`${owner}: ${unknown}`);
}

/** Returns a well-formed text. @throws As `checkRef`. */
export function checkText(text: unknown, field: string): string {
  if (typeof text !== 'string') throw invalid(`${field} must be a string, got ${kindOf(text)}.`);
  if (text === '') throw invalid(`${field} must not be empty.`);
  if (text.length > maxLength) {
    throw invalid(`${field} must have at most ${maxLength} characters, got ${text.length}.`);
  }
  if (/\p{Cc}/u.test(text)) throw invalid(`${field} must not have a control character.`);
  if (!text.isWellFormed()) throw invalid(`${field} must not have a lone surrogate.`);
  return text;
}
