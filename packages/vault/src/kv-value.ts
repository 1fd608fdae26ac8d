import {
  invalid,
  isPlainObject,
  type Secret,
  SecretError,
  type SecretMeta,
  seal,
} from '@secretkit/core/provider';

/** A secret of the engine: texts, numbers and others by key. */
export type KvData = Readonly<Record<string, unknown>>;

/**
 * Returns a secret of the engine, sealed: its map as JSON, or the text under a key. An empty text is missing.
 *
 * @throws `invalid_data` for a map without the key, for another type than a text, and for a number that JSON cannot hold.
 */
export function sealedData(data: unknown, key: string | undefined, meta: SecretMeta): Secret | undefined {
  if (!isPlainObject(data))
    throw invalidData('the answer has no data. Check the address, and any proxy before it.');
  if (key === undefined) {
    if (hasUnsafeNumber(data)) {
      throw invalidData('the secret has a number that is not exact in JavaScript. Write it as a text.');
    }
    return seal(JSON.stringify(data), meta);
  }
  const value = Object.hasOwn(data, key) ? (data as KvData)[key] : undefined;
  if (value === '') return undefined;
  if (typeof value === 'string' && value.isWellFormed()) return seal(value, meta);
  throw invalidData(
    'the secret has no text under the key of the option key. Write one, or read the map, without that option.',
  );
}

/** Returns what to write. @throws `invalid_argument` for bytes, and for a text that must be a JSON object, since there is no key. */
export function dataOf(secret: Secret, key: string | undefined): KvData {
  if (secret.format === 'base64') {
    throw invalid('the engine holds texts. Encode the bytes, for example as base64.');
  }
  if (key !== undefined) return Object.fromEntries([[key, secret.reveal()]]);
  const data = parsed(secret.reveal());
  if (isPlainObject(data) && !hasUnsafeNumber(data)) return data as KvData;
  throw invalid(
    'the value must be a JSON object with exact numbers, as the engine holds maps. For a text, set the option key.',
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // its error quotes the text
  }
}

/** Whether a number in it is not the one that the server holds. */
export function hasUnsafeNumber(value: unknown): boolean {
  if (typeof value === 'number')
    return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUnsafeNumber);
}

function invalidData(problem: string): SecretError {
  return new SecretError('invalid_data', problem);
}
