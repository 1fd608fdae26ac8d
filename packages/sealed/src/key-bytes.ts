import { isSecret, kindOf, type Secret, seal } from '@secretkit/core/provider';
import { fromBase64Url, toBase64 } from './base64.js';

/** The bytes of a key. */
export const keySize = 32;

/**
 * Returns a new key: 32 random bytes as base64, sealed. `npx @secretkit/sealed key` prints one.
 * @example
 * ```ts
 * import { generateKey } from '@secretkit/sealed';
 *
 * const key = generateKey(); // write it to a secret store: key.reveal()
 * ```
 */
export function generateKey(): Secret {
  return seal(toBase64(globalThis.crypto.getRandomValues(new Uint8Array(keySize))));
}

/** Returns a copy of the bytes of a key. @throws `TypeError` and `RangeError`, which quote nothing of it. */
export function keyBytes(key: unknown, owner: string): Uint8Array {
  const make = 'Make one with npx @secretkit/sealed key.';
  const bytes = isSecret(key) ? bytesOfSecret(key as Secret) : key;
  if (!isBytes(bytes)) {
    const got = isSecret(key) ? 'a Secret of another text' : kindOf(key);
    throw new TypeError(
      `${owner} must be ${keySize} bytes, or a Secret of them or of their base64, got ${got}. ${make}`,
    );
  }
  if (bytes.length !== keySize)
    throw new RangeError(`${owner} must have ${keySize} bytes, got ${bytes.length}. ${make}`);
  if (bytes.every((byte) => byte === 0)) throw new RangeError(`${owner} must not be all zeros. ${make}`);
  return new Uint8Array(bytes); // the caller may clear its own
}

/** Whether this is a `Uint8Array`. It may be a Buffer, or of another realm; its own `Symbol.toStringTag` may be any text. */
export function isBytes(thing: unknown): thing is Uint8Array {
  return ArrayBuffer.isView(thing) && Reflect.get(typedArray, Symbol.toStringTag, thing) === 'Uint8Array';
}

const typedArray = /* @__PURE__ */ Object.getPrototypeOf(Uint8Array.prototype) as object;

function bytesOfSecret(secret: Secret): Uint8Array | undefined {
  if (secret.format === 'base64') return secret.bytes();
  const text: unknown = secret.reveal();
  if (typeof text !== 'string') return undefined;
  const [, characters] = /^([\w+/-]+)={0,2}\s*$/.exec(text) ?? []; // commands and files end with a newline
  if (characters === undefined || characters.length % 4 === 1) return undefined;
  return fromBase64Url(characters.replaceAll('+', '-').replaceAll('/', '_'));
}
