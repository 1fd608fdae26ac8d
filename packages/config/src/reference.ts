import {
  checkRef,
  invalid,
  isSecretError,
  type SecretError,
  type SecretRef,
  type SecretScope,
} from '@secretkit/core/provider';

/**
 * A reference to a secret in a config tree; `ref` makes it. It is plain data, so it survives clones, merges and JSON. It is
 * one string, so a merge of two references is one of them and not a mixture.
 */
export interface Reference {
  readonly $secret: ReferenceText;
}

/** A reference as a string, such as `secret://db-password` or `secret://token?user=usr_1&account=acct_1`. */
export type ReferenceText = `secret://${string}`;

/**
 * Returns a reference for a config tree that is written as code.
 *
 * @throws `invalid_argument` for a malformed name or scope.
 * @example
 * ```ts
 * import { ref, resolveReferences } from '@secretkit/config';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const secrets = createSecrets(memorySecrets({ initial: { 'db-password': 'example' } }));
 * const { db } = await resolveReferences({ db: { password: ref('db-password') } }, secrets);
 * console.log(db.password, db.password.reveal().length); // [secret] 7
 * ```
 */
export function ref(name: string, scope?: SecretScope): Reference {
  const { name: checkedName, scope: owner } = checkRef(scope === undefined ? name : { name, scope });
  const query = Object.entries(owner ?? {}).map(([field, id]) => `${field}=${encode(id as string)}`); // checked
  const text: ReferenceText = `secret://${encode(checkedName)}${query.length > 0 ? `?${query.join('&')}` : ''}`;
  return Object.freeze({ $secret: text });
}

/**
 * Whether this is a well-formed reference: a string, or an object that `ref` made. For validators of config files that must
 * not contain secrets.
 *
 * @example
 * ```ts
 * import { isReference } from '@secretkit/config';
 *
 * console.log(isReference('secret://db-password'), isReference('hunter2')); // true false
 * ```
 */
export function isReference(thing: unknown): thing is Reference | ReferenceText {
  const text = typeof thing === 'string' ? thing : textOf(thing);
  if (text === undefined || !looksLikeReference(text)) return false;
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a string starts like a reference, well-formed or not. */
export function looksLikeReference(text: string): boolean {
  return /^\s*secret:\S/i.test(text);
}

/** Returns the string that a backslash protects from being read as a reference; `undefined` for any other string. */
export function unescaped(text: string): string | undefined {
  return /^\\+\s*secret:\S/i.test(text) ? text.slice(1) : undefined;
}

/** Whether an object has the form of a reference, well-formed or not. */
export function isReferenceObject(thing: object): boolean {
  return Object.hasOwn(thing, '$secret');
}

/** Returns the string of a reference object; `undefined` for anything else. */
export function textOf(thing: unknown): string | undefined {
  if (typeof thing !== 'object' || thing === null || !isReferenceObject(thing)) return undefined;
  const { $secret: text } = thing as { readonly $secret: unknown };
  return Object.keys(thing).length === 1 && typeof text === 'string' ? text : undefined;
}

/**
 * Returns the ref of a reference.
 *
 * @throws `invalid_argument` for a malformed string. It is not quoted: it may be a value in the wrong place.
 */
export function parseReference(text: string): SecretRef {
  if (/[\s#]/.test(text)) throw malformed('must not have white space or a #. Write %20 and %23.');
  const parts = /^secret:\/\/([^?]*)(?:\?([^]*))?$/i.exec(text);
  if (!parts) throw malformed('must start with secret://.');
  const [, name = '', query] = parts;
  if (query === undefined) return checked({ name: decode(name) });
  const scope: Record<string, string> = {};
  for (const pair of query.split('&')) {
    const [field = '', id, ...rest] = pair.split('=');
    if ((field !== 'account' && field !== 'user') || id === undefined || rest.length > 0) {
      throw malformed('must have only account=… and user=… after its ?.');
    }
    if (Object.hasOwn(scope, field)) throw malformed(`must have ${field} once.`);
    scope[field] = decode(id);
  }
  return checked({ name: decode(name), scope });
}

function checked(parsed: SecretRef): SecretRef {
  try {
    return checkRef(parsed);
  } catch (error) {
    throw isSecretError(error) ? malformed(`must name a secret: ${error.problem}`) : error;
  }
}

// A slash stays readable: the names of some stores are paths.
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed('must not have a % without percent-encoding. Write %25.');
  }
}

function malformed(problem: string): SecretError {
  return invalid(
    `reference ${problem} Write secret://name?account=acct_1&user=usr_1; for a string that is not a reference, write a backslash before it.`,
  );
}
