import {
  checkRef,
  isSecretError,
  SecretError,
  type SecretRef,
  type SecretScope,
} from '@secretkit/core/provider';

/**
 * The place of a secret in a config tree: what `ref` makes. It is plain data, so that it survives clones, merges and JSON;
 * all of it is one string, so that a merge of two leaves no mixture.
 */
export interface Reference {
  readonly $secret: ReferenceText;
}

/** A reference as a text, such as `secret://db-password` or `secret://token?user=usr_1&account=acct_1`. */
export type ReferenceText = `secret://${string}`;

/**
 * A reference for a config tree that is written as code.
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
  const { name: checked, scope: owner } = checkRef(scope === undefined ? name : { name, scope });
  const query = Object.entries(owner ?? {}).map(([field, id]) => `${field}=${encode(id as string)}`); // checked
  const text: ReferenceText = `secret://${encode(checked)}${query.length > 0 ? `?${query.join('&')}` : ''}`;
  return Object.freeze({ $secret: text });
}

/**
 * Is this a well-formed reference: a text, or of `ref`? For validators of config files that must hold no secret itself.
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

/** Is it meant as a reference, well-formed or not? */
export function looksLikeReference(text: string): boolean {
  return /^\s*secret:\S/i.test(text);
}

/** The text that a backslash protects from being read as a reference; `undefined` for any other. */
export function unescaped(text: string): string | undefined {
  return /^\\+\s*secret:\S/i.test(text) ? text.slice(1) : undefined;
}

/** Is it meant as a reference of `ref`? */
export function isReferenceObject(thing: object): boolean {
  return Object.hasOwn(thing, '$secret');
}

/** The text of a reference of `ref`, if it is one. */
export function textOf(thing: unknown): string | undefined {
  if (typeof thing !== 'object' || thing === null || !isReferenceObject(thing)) return undefined;
  const { $secret: text } = thing as { readonly $secret: unknown };
  return Object.keys(thing).length === 1 && typeof text === 'string' ? text : undefined;
}

/**
 * The ref that a text stands for.
 *
 * @throws `invalid_argument` for a malformed one, which is not quoted: it may be a value in the wrong place.
 */
export function parseReference(text: string): SecretRef {
  if (/[\s#]/.test(text)) throw malformed('has a space or a #. Write %20 and %23.');
  const parts = /^secret:\/\/([^?]*)(?:\?([^]*))?$/i.exec(text);
  if (!parts) throw malformed('is no secret://… text.');
  const [, name = '', query] = parts;
  if (query === undefined) return checked({ name: decode(name) });
  const scope: Record<string, string> = {};
  for (const pair of query.split('&')) {
    const [field = '', id, ...rest] = pair.split('=');
    if ((field !== 'account' && field !== 'user') || id === undefined || rest.length > 0) {
      throw malformed('has something else after its ? than account=… and user=….');
    }
    if (Object.hasOwn(scope, field)) throw malformed(`has two values for ${field}.`);
    scope[field] = decode(id);
  }
  return checked({ name: decode(name), scope });
}

function checked(parsed: SecretRef): SecretRef {
  try {
    return checkRef(parsed);
  } catch (error) {
    throw isSecretError(error) ? malformed(`cannot be read: ${error.problem}`) : error;
  }
}

// Readable where it can be: names of some stores are paths.
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed('has a % that is no percent-encoding. Write %25.');
  }
}

function malformed(problem: string): SecretError {
  return new SecretError(
    'invalid_argument',
    `the reference ${problem} It is like secret://name?account=acct_1&user=usr_1; a text of its own begins with a backslash.`,
  );
}
