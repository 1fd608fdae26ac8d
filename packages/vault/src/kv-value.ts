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
 * @throws `invalid_data` for a map without the key, for another type than a text, and for what JSON cannot hold.
 */
export function sealedData(data: unknown, key: string | undefined, meta: SecretMeta): Secret | undefined {
  if (!isPlainObject(data))
    throw invalidData('the answer has no data. Check the address, and any proxy before it.');
  if (key === undefined) {
    const problem = jsonProblem(data);
    if (problem !== undefined) throw invalidData(`the secret ${problem}. Write it as a text.`);
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
  if (!isPlainObject(data)) {
    throw invalid(
      'the value must be a JSON object, as the engine holds maps. For a text, set the option key.',
    );
  }
  const problem = jsonProblem(data);
  if (problem !== undefined) throw invalid(`the value ${problem}. Write it as a text.`);
  return data as KvData;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // its error quotes the text
  }
}

/** A value with more levels may end the stack of a function that walks through it, such as JSON.stringify. */
const maxLevels = 1_000;

/** Returns why the JSON of a value is not what the server holds, or cannot be made; `undefined` if it can. */
export function jsonProblem(value: unknown, level = 1): string | undefined {
  if (typeof value === 'number') {
    const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    return isExact ? undefined : 'has a number that is not exact in JavaScript';
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (level > maxLevels) return `has more than ${maxLevels} levels`;
  for (const each of Object.values(value)) {
    const problem = jsonProblem(each, level + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function invalidData(problem: string): SecretError {
  return new SecretError('invalid_data', problem);
}
