import {
  checkFunction,
  checkNumber,
  checkOptions,
  isPlainObject,
  kindOf,
  maxDelayMs,
  type Secret,
  unknownKey,
} from '@secretkit/core/provider';
import { textProblem } from './associated-data.js';
import type { Envelope } from './envelope.js';
import { keyBytes } from './key-bytes.js';
import { envelopeKey, type KeySource, ownKey } from './key-source.js';
import { isKeyId } from './record.js';

/** A key of a codec: its bytes, or an envelope that protects data keys. */
export type SealedKey =
  | {
      /** 1 to 64 of A–Z, a–z, 0–9, `-` and `_`. Records have it. */
      readonly id: string;
      /** 32 random bytes, or a `Secret` of them or of their base64. It must not come from a store that the records protect. */
      readonly key: Uint8Array | Secret;
    }
  | {
      readonly id: string;
      /** Makes a data key for each process, and wraps it into the records. */
      readonly envelope: Envelope;
    };

export interface SealedCodecOptions {
  /** The first one seals. A record is opened by the one whose id it has, and by no other. */
  readonly keys: readonly SealedKey[];
  /** The application and its environment, such as `shop/production`. A record opens in its own namespace only. */
  readonly namespace: string;
  /** How long a data key seals, and an unwrapped one opens, in milliseconds, without a call of the envelope. @defaultValue 3_600_000 */
  readonly dataKeyTtlMs?: number | undefined;
  /** How long a failed call of the envelope is repeated, in milliseconds, instead of a new one. @defaultValue 5_000 */
  readonly failureTtlMs?: number | undefined;
  /** The time that one call of the envelope may take, in milliseconds. @defaultValue 10_000 */
  readonly envelopeTimeoutMs?: number | undefined;
  /** A monotonic clock, in milliseconds. @defaultValue `performance.now` */
  readonly now?: (() => number) | undefined;
}

/** The options after they were checked. */
export interface CodecParts {
  readonly namespace: string;
  readonly sources: readonly KeySource[];
}

const known = ['keys', 'namespace', 'dataKeyTtlMs', 'failureTtlMs', 'envelopeTimeoutMs', 'now'] as const;

/** @throws `TypeError` and `RangeError`, which name the option and quote no key. */
export function codecParts(given: SealedCodecOptions, random: (size: number) => Uint8Array): CodecParts {
  const options = checkOptions('sealedCodec', given, known);
  const { namespace } = options;
  const problem = textProblem('namespace', namespace);
  if (problem || namespace === undefined) {
    throw new TypeError(`sealedCodec: ${problem} Name the application and its environment.`);
  }
  const limits = {
    ttlMs: limitOf(options, 'dataKeyTtlMs', 3_600_000, 1),
    failureTtlMs: limitOf(options, 'failureTtlMs', 5_000, 0),
    timeoutMs: limitOf(options, 'envelopeTimeoutMs', 10_000, 1),
    now: clockOf(options),
  };
  const keys: unknown = options.keys;
  if (!Array.isArray(keys) || keys.length === 0) {
    const got = Array.isArray(keys) ? 'an empty array' : kindOf(keys);
    throw new TypeError(`sealedCodec: keys must be an array of { id, key } with at least one, got ${got}.`);
  }
  const sources = Array.from(keys, (each: unknown, at) => {
    const owner = `sealedCodec: keys[${at}]`;
    const { id, key, envelope } = checkEntry(each, owner);
    return envelope
      ? envelopeKey(id, envelope, namespace, limits, random)
      : ownKey(id, keyBytes(key, `${owner}.key`));
  });
  const repeated = sources.findIndex(({ id }, at) => sources.findIndex((other) => other.id === id) !== at);
  if (repeated >= 0)
    throw new TypeError(`sealedCodec: keys[${repeated}].id must differ from the ids before it.`);
  return { namespace, sources };
}

function checkEntry(entry: unknown, owner: string) {
  if (!isPlainObject(entry)) throw new TypeError(`${owner} must be { id, key }, got ${kindOf(entry)}.`);
  const unknown = unknownKey(entry, ['id', 'key', 'envelope'], 'field');
  if (unknown) throw new TypeError(`${owner}: ${unknown}`);
  const { id, key, envelope } = { __proto__: null, ...entry } as {
    id?: unknown;
    key?: unknown;
    envelope?: unknown;
  };
  if (typeof id !== 'string' || !isKeyId(id)) {
    const got = typeof id === 'string' ? 'another string' : kindOf(id); // it may be a key in the wrong field
    throw new TypeError(`${owner}.id must be 1 to 64 of A–Z, a–z, 0–9, "-" and "_", got ${got}.`);
  }
  if ((key === undefined) === (envelope === undefined)) {
    throw new TypeError(
      `${owner} must have a key or an envelope, got ${key === undefined ? 'neither' : 'both'}.`,
    );
  }
  const { wrap, unwrap } = Object(envelope) as Partial<Envelope>;
  if (envelope !== undefined && !(typeof wrap === 'function' && typeof unwrap === 'function')) {
    throw new TypeError(`${owner}.envelope must have the methods wrap and unwrap, got ${kindOf(envelope)}.`);
  }
  return { id, key, envelope: envelope as Envelope | undefined };
}

function limitOf(
  options: SealedCodecOptions,
  option: 'dataKeyTtlMs' | 'failureTtlMs' | 'envelopeTimeoutMs',
  usual: number,
  min: number,
): number {
  const value = options[option] ?? usual;
  checkNumber('sealedCodec', option, value, { min, max: maxDelayMs });
  return value;
}

function clockOf(options: SealedCodecOptions): () => number {
  const now = options.now ?? (() => performance.now());
  checkFunction('sealedCodec', 'now', now);
  return now;
}
