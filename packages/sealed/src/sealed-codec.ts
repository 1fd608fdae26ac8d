import type { Secret, SecretErrorCode } from '@secretkit/core/provider';
import { checkOptions, isSecretError, refKey, throwIfAborted } from '@secretkit/core/provider';
import { associatedData, checkContext, type RecordContext } from './associated-data.js';
import { fromBase64Url, toBase64Url } from './base64.js';
import { BoundedMap } from './bounded-map.js';
import { checkSignal } from './check-signal.js';
import { type Cipher, concat, type DerivedKey } from './cipher.js';
import { codecParts, type SealedCodecOptions } from './codec-options.js';
import { decodeContent, encodeContent, type RecordContent } from './content.js';
import { encodeFields } from './encode-fields.js';
import type { DataKey } from './key-source.js';
import { nodeCipher } from './node-cipher.js';
import { formatOf, nonceSize, type RecordParts, readRecord, saltSize, writeRecord } from './record.js';
import { webCipher } from './web-cipher.js';

/** Seals secrets into records, and opens them. */
export interface SealedCodec {
  /** The id of the key that seals. */
  readonly keyId: string;
  /**
   * Returns a record: one line of ASCII text, different each time.
   * @throws `invalid_argument` for a context or content that is wrong; `TypeError` for wrong options; the error of the envelope; the
   * reason of the signal.
   */
  seal(context: RecordContext, content: RecordContent, options?: RecordCallOptions): Promise<string>;
  /**
   * Returns the content of a record, or the reason why it does not open. Check its age and expiry: a record may be replayed.
   * @throws `invalid_argument` for a context that is wrong; `TypeError` for wrong options; the reason of the signal. Never because of
   * the record.
   */
  open(
    context: RecordContext,
    record: string,
    options?: RecordCallOptions,
  ): Promise<OpenedRecord | UnopenedRecord>;
  /**
   * Returns names for the records of a context in a store of keys and values: one for each key of the codec, the first key's
   * first. A name is an HMAC of the context in base64url, so a dump of the store does not show which secrets there are. That of
   * an envelope is a hash, since its data keys differ between processes: a reader who guesses the context can confirm it.
   * @throws `invalid_argument` for a context that is wrong.
   */
  names(context: RecordContext): Promise<readonly string[]>;
}

/** Options of one call. */
export interface RecordCallOptions {
  /** Ends the wait for an envelope. @defaultValue none */
  readonly signal?: AbortSignal | undefined;
}

/** The content of a record. */
export interface OpenedRecord {
  readonly opened: true;
  /** `undefined`: the record says that there is no such secret. */
  readonly secret: Secret | undefined;
  readonly fetchedAt: Date;
  /** The id of the key that sealed it. */
  readonly keyId: string;
}

/** A record that does not open. */
export interface UnopenedRecord {
  readonly opened: false;
  readonly reason: UnopenedReason;
  /** The id of the key that the record names. Absent if it is malformed. */
  readonly keyId?: string;
  /** The failure of the envelope, for `key_unavailable`. */
  readonly code?: SecretErrorCode;
}

/**
 * Why a record does not open: the text is not a record; a newer version of the package sealed it; the codec has no key with its id;
 * the envelope failed; key, context or bytes are not those that were sealed; the content is of a newer version of the package.
 */
export type UnopenedReason =
  | 'malformed'
  | 'unsupported_format'
  | 'unknown_key'
  | 'key_unavailable'
  | 'not_authentic'
  | 'unsupported_content';

/**
 * Returns a codec of sealed records: AES-256-GCM with keys by HKDF-SHA-256, bound to the namespace, use, secret and readers.
 * @throws `TypeError` and `RangeError` for wrong options, which quote no key.
 * @example
 * ```ts
 * import { seal } from '@secretkit/core';
 * import { generateKey, sealedCodec } from '@secretkit/sealed';
 *
 * const codec = sealedCodec({ keys: [{ id: '2030-01', key: generateKey() }], namespace: 'shop/production' });
 * const context = { use: 'queue', ref: 'stripe-key' };
 * const record = await codec.seal(context, { secret: seal('an example'), fetchedAt: new Date() });
 * const result = await codec.open(context, record);
 * console.log(result.opened ? `${result.secret}` : result.reason); // [secret]
 * ```
 */
export function sealedCodec(options: SealedCodecOptions): SealedCodec {
  return createCodec(options, nodeCipher() ?? webCipher);
}

const nameLabel = /* @__PURE__ */ encodeFields(['sk1', 'name of a record']);
const maxDerivedKeys = 1_000;
const maxNames = 10_000;
const maxRecordsPerSalt = 2 ** 32; // random nonces of 96 bits: NIST SP 800-38D, section 8.3

/** As `sealedCodec`, with a cipher, a source of random bytes and a limit that tests replace. */
export function createCodec(
  options: SealedCodecOptions,
  cipher: Cipher,
  random: (size: number) => Uint8Array = randomBytes,
  maxRecords: number = maxRecordsPerSalt,
): SealedCodec {
  const { namespace, sources } = codecParts(options, random);
  const [first] = sources as [(typeof sources)[0]]; // at least one was checked
  const derivedKeys = new BoundedMap<DerivedKey>(maxDerivedKeys); // never promises: on Workers these belong to one request
  const names = new BoundedMap<readonly string[]>(maxNames);
  let salt = toBase64Url(random(saltSize));
  let sealed = 0;

  const memoKey = (use: string, parts: Omit<RecordParts, 'data'>): string =>
    `${parts.keyId}.${parts.salt}.${parts.wrapped ?? ''}.${use}`;

  const derive = (use: string, parts: Omit<RecordParts, 'data'>, { key }: DataKey) => {
    const info = encodeFields([formatOf(parts), use, parts.keyId]);
    return cipher.derive(key, fromBase64Url(parts.salt), info);
  };

  return Object.freeze<SealedCodec>({
    keyId: first.id,

    async seal(context, content, callOptions = {}) {
      const signal = signalOf('seal', callOptions);
      const bound = checkContext(context);
      const plaintext = encodeContent(content);
      throwIfAborted(signal);
      const dataKey = await first.toSeal(signal);
      if (sealed >= maxRecords) {
        salt = toBase64Url(random(saltSize));
        sealed = 0;
      }
      sealed += 1;
      const parts = { keyId: first.id, salt, wrapped: dataKey.wrapped };
      const memo = memoKey(bound.use, parts);
      const known = derivedKeys.get(memo);
      const key = known ?? (await derive(bound.use, parts, dataKey));
      if (!known) derivedKeys.set(memo, key);
      const nonce = random(nonceSize);
      const associated = associatedData(formatOf(parts), namespace, bound, first.id);
      return writeRecord({
        ...parts,
        data: concat(nonce, await cipher.encrypt(key, nonce, plaintext, associated)),
      });
    },

    async open(context, record, callOptions = {}) {
      const signal = signalOf('open', callOptions);
      const bound = checkContext(context);
      throwIfAborted(signal);
      const parts = readRecord(record);
      if (typeof parts === 'string') return unopened(parts);
      const { keyId, data, wrapped } = parts;
      const source = sources.find(({ id }) => id === keyId);
      if (!source) return unopened('unknown_key', keyId);
      let dataKey: DataKey | undefined;
      try {
        dataKey = await source.toOpen(wrapped, signal);
      } catch (error) {
        throwIfAborted(signal);
        return unopened('key_unavailable', keyId, isSecretError(error) ? error.code : 'unknown');
      }
      if (!dataKey) return unopened('not_authentic', keyId);
      const memo = memoKey(bound.use, parts);
      const known = derivedKeys.get(memo);
      const key = known ?? (await derive(bound.use, parts, dataKey));
      const associated = associatedData(formatOf(parts), namespace, bound, keyId);
      const body = data.subarray(nonceSize);
      const plaintext = await cipher.decrypt(key, data.subarray(0, nonceSize), body, associated);
      if (!plaintext) return unopened('not_authentic', keyId);
      if (!known) derivedKeys.set(memo, key); // only now: forged salts must not push out the keys in use
      const content = decodeContent(plaintext);
      if (!content) return unopened('unsupported_content', keyId);
      return Object.freeze({ opened: true as const, ...content, keyId });
    },

    async names(context) {
      const bound = checkContext(context);
      const memo = JSON.stringify([bound.use, bound.principal ?? null, refKey(bound.ref)]);
      const known = names.get(memo);
      if (known) return known;
      const each = sources.map(async ({ id, nameKey }) => {
        const fields = associatedData('sk1', namespace, bound, nameKey ? '' : id);
        const subkey = await cipher.mac(nameKey ?? nameLabel, nameLabel);
        return toBase64Url(await cipher.mac(subkey, fields));
      });
      const made = Object.freeze(await Promise.all(each));
      names.set(memo, made);
      return made;
    },
  });
}

function signalOf(owner: string, options: RecordCallOptions): AbortSignal | undefined {
  const { signal } = checkOptions(owner, options, ['signal']);
  checkSignal(owner, signal);
  return signal;
}

function unopened(reason: UnopenedReason, keyId?: string, code?: SecretErrorCode): UnopenedRecord {
  return Object.freeze({
    opened: false as const,
    reason,
    ...(keyId !== undefined && { keyId }),
    ...(code !== undefined && { code }),
  });
}

function randomBytes(size: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(size));
}
