import {
  invalid,
  isPlainObject,
  isSecret,
  kindOf,
  own,
  type Secret,
  seal,
  unknownKey,
} from '@secretkit/core/provider';
import { fromBase64 } from './base64.js';

/** What a record holds. */
export interface RecordContent {
  /** The value with its version and dates. `undefined` records that there is no such secret. */
  readonly secret: Secret | undefined;
  /** When the store gave this answer. */
  readonly fetchedAt: Date;
}

/** The names of these fields are part of the record format. Dates are in epoch milliseconds. */
interface StoredContent {
  readonly fetchedAt: number;
  readonly value?: string;
  readonly format?: 'text' | 'base64';
  readonly version?: string | undefined;
  readonly expiresAt?: number | undefined;
  readonly refreshAt?: number | undefined;
  readonly createdAt?: number | undefined;
}

/** Returns the plaintext of a record. @throws `invalid_argument` for content that cannot be opened again. */
export function encodeContent(content: RecordContent): Uint8Array {
  if (!isPlainObject(content))
    throw invalid(`content must be { secret, fetchedAt }, got ${kindOf(content)}.`);
  const unknown = unknownKey(content, ['secret', 'fetchedAt'], 'field');
  if (unknown) throw invalid(`content: ${unknown}`);
  if (!Object.hasOwn(content, 'secret')) {
    throw invalid('content.secret must be given. Pass undefined to record that there is no such secret.');
  }
  const stored: StoredContent = { fetchedAt: timeOf(own(content, 'fetchedAt')), ...fieldsOf(content.secret) };
  return new TextEncoder().encode(JSON.stringify({ __proto__: null, ...stored })); // it inherits no toJSON
}

function fieldsOf(secret: Secret | undefined): Omit<StoredContent, 'fetchedAt'> {
  if (secret === undefined) return {};
  if (!isSecret(secret)) throw invalid(`content.secret must be a Secret, got ${kindOf(secret)}.`);
  const value: unknown = secret.reveal();
  if (typeof value !== 'string') {
    throw invalid(
      'content.secret must be a Secret of a text or bytes, got a mapped value. Seal it before map.',
    );
  }
  if (secret.staleSince) {
    throw invalid(
      'content.secret must not be stale: the record would make it look fresh. Read it again first.',
    );
  }
  const { format, version, expiresAt, refreshAt, createdAt } = secret;
  return {
    value,
    format,
    version,
    expiresAt: expiresAt?.getTime(),
    refreshAt: refreshAt?.getTime(),
    createdAt: createdAt?.getTime(),
  };
}

/** Returns the content of a plaintext; `undefined` when it is not of this version of the package. */
export function decodeContent(plaintext: Uint8Array): RecordContent | undefined {
  try {
    const stored = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plaintext),
    ) as unknown;
    if (!isPlainObject(stored)) return undefined;
    const fields = { __proto__: null, ...stored } as unknown as StoredContent; // seal checks the types below
    if (unknownKey(stored, storedFields)) return undefined;
    return { secret: secretOf(fields), fetchedAt: new Date(timeOf(dateOf(fields.fetchedAt))) };
  } catch {
    return undefined; // its error may quote the value
  }
}

const storedFields = ['fetchedAt', 'value', 'format', 'version', 'expiresAt', 'refreshAt', 'createdAt'];

function secretOf(fields: StoredContent): Secret | undefined {
  const { value, format, version, expiresAt, refreshAt, createdAt } = fields;
  if (value === undefined) return undefined;
  if (format !== 'text' && format !== 'base64') throw invalid('format must be text or base64.');
  return seal(format === 'base64' ? fromBase64(value) : value, {
    version,
    expiresAt: dateOf(expiresAt),
    refreshAt: dateOf(refreshAt),
    createdAt: dateOf(createdAt),
  });
}

function dateOf(ms: number): Date;
function dateOf(ms: number | undefined): Date | undefined;
function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}

// By its method: a Date may be of another realm.
function timeOf(date: Date | undefined): number {
  const ms: unknown = (date as Partial<Date> | null | undefined)?.getTime?.();
  if (typeof ms === 'number' && Math.abs(ms) <= 8.64e15) return ms;
  throw invalid(`content.fetchedAt must be a valid Date, got ${kindOf(date)}.`);
}
