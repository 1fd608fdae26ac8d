import { isPlainObject, kindOf, ownFields, type Secret, SecretError, seal } from '@secretkit/core/provider';
import { decodeText } from '@secretkit/file-reader';

/** Seals the text that a command printed, as `decodeText` reads it; the bytes, if it is not UTF-8. @throws `invalid_data` for no output. */
export function parseText(stdout: Uint8Array, keepNewline: boolean): Secret {
  const value = decodeText(stdout, { keepNewline });
  if (value.length > 0) return seal(value);
  throw invalidData('the command exited with 0 and must print a value, but printed nothing.');
}

/**
 * Seals the value of `{ "value": "…", "expiresAt": "2030-01-01T00:00:00Z", "version": "…" }`; `undefined` for an empty value.
 * @throws `invalid_data` for anything else, without a part of it.
 */
export function parseJson(stdout: Uint8Array): Secret | undefined {
  const record = objectOf(decodeText(stdout));
  const { value, expiresAt, version, ...others } = ownFields(record);
  if (Object.keys(others).length > 0 || Object.hasOwn(record, '__proto__')) {
    throw invalidData(
      'the JSON must have the fields value, expiresAt and version alone, but has another one.',
    );
  }
  if (typeof value !== 'string' || !value.isWellFormed()) {
    throw invalidField('value', 'a string without lone surrogates', value);
  }
  const meta = { expiresAt: dateOf(expiresAt), version: versionOf(version) };
  return value === '' ? undefined : seal(value, meta);
}

function objectOf(text: string | Uint8Array): Readonly<Record<string, unknown>> {
  if (typeof text !== 'string')
    throw invalidData('the command must print JSON in UTF-8, but printed other bytes.');
  if (text.trim() === '') throw invalidData('the command must print JSON, but printed nothing.');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalidData('the command must print one JSON object, but the output is not JSON.');
  }
  if (isPlainObject(parsed)) return parsed as Record<string, unknown>; // its keys are strings
  throw invalidData(`the command must print one JSON object, got ${kindOf(parsed)}.`);
}

/** With a time zone: without one, the date depends on the machine. */
const isoDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

function dateOf(text: unknown): Date | undefined {
  const date = typeof text === 'string' && isoDate.test(text) ? new Date(text) : undefined;
  if (text === undefined || (date && Number.isFinite(date.getTime()))) return date;
  throw invalidField('expiresAt', 'a date with a time zone, such as "2030-01-01T00:00:00Z"', text);
}

function versionOf(text: unknown): string | undefined {
  if (text === undefined || (typeof text === 'string' && /^\P{Cc}{1,1000}$/u.test(text))) return text;
  throw invalidField('version', 'a line of text', text);
}

function invalidField(field: string, expected: string, got: unknown): SecretError {
  const kind = typeof got === 'string' ? 'another string' : kindOf(got);
  return invalidData(`the field ${field} of the JSON must be ${expected}, got ${kind}.`);
}

function invalidData(problem: string): SecretError {
  return new SecretError('invalid_data', problem);
}
