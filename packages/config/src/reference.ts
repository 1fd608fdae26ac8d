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

/**
 * A reference as a string, such as `secret://db-password`, `secret://token?user=usr_1&account=acct_1` or
 * `secret://prod/db?version=AWSPREVIOUS#password`. The fragment is a field of a JSON object, by key or by JSON pointer.
 */
export type ReferenceText = `secret://${string}`;

/** The parts of a reference besides the name. */
export interface ReferenceOptions extends SecretScope {
  /** A version id or a stage, as the backend names it. @defaultValue the current version */
  readonly version?: string;
  /** One key of a JSON object, by name or by JSON pointer (`/hosts/0/password`). @defaultValue the whole value */
  readonly field?: string;
}

/** A parsed reference: the ref to read, and the field of its value. */
export interface ParsedReference {
  readonly ref: SecretRef;
  readonly field?: string;
}

/**
 * Returns a reference for a config tree that is written as code.
 *
 * @throws `invalid_argument` for a malformed name, scope, version or field.
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
export function ref(name: string, options: ReferenceOptions = {}): Reference {
  const { version, field, ...scope } = options;
  // A part that is present and undefined is refused: its value failed to load.
  const made = checkRef({ name, scope, ...(Object.hasOwn(options, 'version') && { version }) });
  const parameters = { ...made.scope, ...(Object.hasOwn(made, 'version') && { version: made.version }) };
  const query = Object.entries(parameters).map(([key, id]) => `${key}=${encode(id)}`);
  const fragment = Object.hasOwn(options, 'field') ? `#${encode(checkField(field))}` : '';
  const text: ReferenceText = `secret://${encode(made.name)}${query.length > 0 ? `?${query.join('&')}` : ''}${fragment}`;
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
 * Returns the parts of a reference.
 *
 * @throws `invalid_argument` for a malformed string. It is not quoted: it may be a value in the wrong place.
 */
export function parseReference(text: string): ParsedReference {
  if (/\s/.test(text)) throw malformed('must not have white space. Write %20.');
  const parts = /^secret:\/\/([^?#]*)(?:\?([^#]*))?(?:#([^]*))?$/i.exec(text);
  if (!parts) throw malformed('must start with secret://.');
  const [, name = '', query, fragment] = parts;
  if (fragment !== undefined && /[#?]/.test(fragment)) {
    throw malformed('must have its ? before its #, and each of them once. Write %3F and %23 in a field.');
  }
  const { version, ...scope } = { version: undefined, ...(query !== undefined && parametersOf(query)) };
  return checked(() => ({
    ref: checkRef({
      name: decode(name),
      ...(Object.keys(scope).length > 0 && { scope }),
      ...(version !== undefined && { version }),
    }),
    ...(fragment !== undefined && { field: checkField(decode(fragment)) }),
  }));
}

const parameters = ['account', 'user', 'version'];

function parametersOf(query: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of query.split('&')) {
    const [key = '', text, ...rest] = pair.split('=');
    if (!parameters.includes(key) || text === undefined || rest.length > 0) {
      throw malformed('must have only account=…, user=… and version=… after its ?.');
    }
    if (Object.hasOwn(found, key)) throw malformed(`must have ${key} once.`);
    found[key] = decode(text);
  }
  return found;
}

// A field obeys the rules of a name.
function checkField(field: unknown): string {
  try {
    return checkRef({ name: field as string }).name; // checked
  } catch (error) {
    throw isSecretError(error) ? invalid(error.problem.replace(/^name/, 'field')) : error;
  }
}

function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const isOfPart = isSecretError(error) && !error.problem.startsWith('reference ');
    throw isOfPart ? malformed(`must name a secret: ${error.problem}`) : error;
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
    `reference ${problem} Write secret://name?account=acct_1&user=usr_1&version=1#field; for a string that is not a reference, write a backslash before it.`,
  );
}
