import { isPlainObject, kindOf } from '../checks/check-options.js';
import { checkText } from '../checks/check-ref.js';
import type { Answer } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import { isSecret, type Secret } from '../contract/secret.js';
import { isSecretError, SecretError, type SecretErrorFields } from '../contract/secret-error.js';

/** A secret to read, or one field of its JSON object, by key or by JSON pointer: `{ name: 'db', field: 'password' }`. */
export type SecretInput = string | (SecretRef & { readonly field?: string });

/** Whether the input names a field of the secret. */
function hasField(input: SecretInput): input is SecretRef & { readonly field?: string } {
  return isPlainObject(input) && Object.hasOwn(input, 'field');
}

/** Returns the ref, and the field. @throws `invalid_argument` for a field without a value. */
export function splitField(input: SecretInput): readonly [string | SecretRef, string | undefined] {
  if (!hasField(input)) return [input, undefined];
  const { field, ...ref } = input;
  return [ref, checkText(field, 'field')];
}

/** Reads fields of secrets. A secret is parsed once, however many of its fields are read, and each of these is sealed once. */
export interface Fields {
  /** Returns the secret itself, or the field of the input if it was read before. The input must inherit nothing. */
  get(secret: Secret | undefined, input: SecretInput): Secret | undefined;
  /** Returns the field of an answer; without one the answer itself. `undefined` if the object has no such field. */
  of(answer: Answer, field: string | undefined, where: SecretErrorFields): Answer;
}

export function createFields(): Fields {
  const parsed = new WeakMap<Secret, [object: Secret<object>, texts: Map<string, Secret>]>();

  function pick(secret: Secret, field: string): Secret | undefined {
    const [object, texts] = parsed.get(secret) ?? [secret.map(parseObject), new Map<string, Secret>()];
    parsed.set(secret, [object, texts]);
    const text = object.map((root) => textOf(valueAt(root, field))) as Secret; // it reveals a text, or `undefined`
    if (text.reveal() === undefined) return undefined; // not kept: any number of fields can be missing
    texts.set(field, text);
    return text;
  }

  return {
    get(secret, input) {
      if (typeof input === 'string' || !('field' in input)) return secret;
      return secret && parsed.get(secret)?.[1].get(input.field ?? '');
    },
    of(answer, field, where) {
      if (field === undefined || !isSecret(answer)) return answer;
      try {
        return pick(answer, field);
      } catch (error) {
        if (!isSecretError(error)) throw error;
        const problem = 'the value must be a JSON object, and its numbers must be exact. Fix the secret.';
        return new SecretError('invalid_data', problem, where);
      }
    },
  };
}

function parseObject(text: string): object {
  const root: unknown = JSON.parse(text);
  if (isPlainObject(root)) return root;
  throw new TypeError(kindOf(root)); // dropped by `map`, as every reason
}

function valueAt(root: object, field: string): unknown {
  const keys = field.startsWith('/') ? field.slice(1).split('/').map(unescape) : [field];
  return keys.reduce<unknown>((value, key) => {
    const isKey = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return isKey && !(Array.isArray(value) && key === 'length')
      ? (value as Record<string, unknown>)[key]
      : undefined;
  }, root);
}

function unescape(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Returns the text of a JSON value; `undefined` for what counts as absent. @throws For a number that lost digits. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value, refuseInexact);
  if (!text.isWellFormed()) throw new RangeError();
  return text;
}

function refuseInexact(_key: string, value: unknown): unknown {
  if (value === Infinity || value === -Infinity) throw new RangeError();
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError();
  return value;
}
