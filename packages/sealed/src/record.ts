import { fromBase64Url, isCanonical, toBase64Url } from './base64.js';

/** `sk1` is sealed by a key of the codec, `sk1e` by a data key that the record has in wrapped form. */
export type RecordFormat = 'sk1' | 'sk1e';

/** The parts of a record. */
export interface RecordParts {
  readonly keyId: string;
  /** The salt of the codec that sealed it, as base64url. */
  readonly salt: string;
  /** Nonce, ciphertext and tag. */
  readonly data: Uint8Array;
  /** The wrapped data key, as base64url. */
  readonly wrapped: string | undefined;
}

/** The bytes of a salt. */
export const saltSize = 16;
/** The bytes of a nonce. */
export const nonceSize = 12;
/** The bytes of an authentication tag. */
export const tagSize = 16;

/** The largest wrapped data key, in bytes. */
export const maxWrappedBytes = 6_144;

const record = /^(sk1e?)\.([\w-]{1,64})\.([\w-]{22})\.([\w-]+)(?:\.([\w-]+))?$/;
const otherFormat = /^sk\d+[a-z]*\./;

/** Whether a text may be the id of a key. */
export function isKeyId(text: string): boolean {
  return /^[\w-]{1,64}$/.test(text);
}

/** Returns the format of a record with these parts. */
export function formatOf({ wrapped }: Pick<RecordParts, 'wrapped'>): RecordFormat {
  return wrapped === undefined ? 'sk1' : 'sk1e';
}

/** Returns the text of a record. It is not JSON: clients of REST APIs turn JSON into objects. */
export function writeRecord(parts: RecordParts): string {
  const { keyId, salt, data, wrapped } = parts;
  const text = [formatOf(parts), keyId, salt, toBase64Url(data)].join('.');
  return wrapped === undefined ? text : `${text}.${wrapped}`;
}

/** Returns the parts of a record, or why the text is not one. */
export function readRecord(text: unknown): RecordParts | 'malformed' | 'unsupported_format' {
  if (typeof text !== 'string') return 'malformed';
  const [, format, keyId = '', salt = '', dataText = '', wrapped] = record.exec(text) ?? [];
  if (format === undefined) {
    return otherFormat.test(text) && !/^sk1e?\./.test(text) ? 'unsupported_format' : 'malformed';
  }
  const texts = wrapped === undefined ? [salt, dataText] : [salt, dataText, wrapped];
  if (!texts.every(isCanonical)) return 'malformed';
  const data = fromBase64Url(dataText);
  if (data.length <= nonceSize + tagSize) return 'malformed';
  const parts = { keyId, salt, data, wrapped };
  const isTooLong = (wrapped?.length ?? 0) > Math.ceil((maxWrappedBytes * 4) / 3);
  return formatOf(parts) !== format || isTooLong ? 'malformed' : parts;
}
