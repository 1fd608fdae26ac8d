import { isPlainObject, kindOf } from '../checks/check-options.js';
import { checkText } from '../checks/check-ref.js';
import type { Answer } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import { isSecret, type Secret } from '../contract/secret.js';
import { isSecretError, SecretError, type SecretErrorFields, withFields } from '../contract/secret-error.js';

/** A secret to read, or one field of its JSON object, by key or by JSON pointer: `{ name: 'db', field: 'password' }`. */
export type SecretInput = string | (SecretRef & { readonly field?: string });

/** Returns the ref and the field. @throws `invalid_argument` for a field without a value. */
export function splitField(
  input: SecretInput,
): readonly [ref: string | SecretRef, field: string | undefined] {
  if (!isPlainObject(input) || !('field' in input)) return [input, undefined];
  const { field, ...ref } = input;
  return [ref, checkText(field, 'field')];
}

/** Reads fields of secrets. A secret is parsed once, however many of its fields are read. */
export interface Fields {
  /** Returns the field of an answer; without one the answer itself. `undefined` if the object has no such field. */
  of(answer: Answer, field: string | undefined, where: SecretErrorFields): Answer;
}

export function createFields(): Fields {
  const parsed = new WeakMap<Secret, Secret<object>>();
  const picked = new WeakMap<Secret, Map<string, Secret | undefined>>();

  function pick(secret: Secret, field: string): Secret | undefined {
    const known = picked.get(secret) ?? new Map<string, Secret | undefined>();
    if (known.has(field)) return known.get(field);
    const object = parsed.get(secret) ?? secret.map(parseObject);
    const text = object.map((root) => textOf(valueAt(root, field)));
    const found = text.reveal() === undefined ? undefined : (text as Secret); // it reveals a text
    parsed.set(secret, object);
    picked.set(secret, known.set(field, found));
    return found;
  }

  return {
    of(answer, field, where) {
      if (field === undefined || !isSecret(answer)) return answer;
      try {
        return pick(answer, field);
      } catch (error) {
        if (!isSecretError(error)) throw error;
        const problem = `field must be a key of a JSON object with a value that JSON holds exactly. Fix the secret.`;
        return withFields(new SecretError('invalid_data', problem), where);
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
  if (
    typeof value === 'number' &&
    (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
  ) {
    throw new RangeError();
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!text.isWellFormed()) throw new RangeError();
  return text;
}
