import type { Cipher } from './cipher.js';
import { tagSize } from './record.js';

type Bytes = Uint8Array<ArrayBuffer>;
type CryptoKey = Awaited<ReturnType<typeof globalThis.crypto.subtle.importKey>>;

/** The cipher of Web Crypto, for browsers, Workers and any runtime without `node:crypto`. */
export const webCipher: Cipher = Object.freeze<Cipher>({
  async derive(key, salt, info) {
    const { subtle } = globalThis.crypto;
    const material = await subtle.importKey('raw', key as Bytes, 'HKDF', false, ['deriveKey']);
    const from = { name: 'HKDF', hash: 'SHA-256', salt: salt as Bytes, info: info as Bytes };
    return subtle.deriveKey(from, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  },
  async mac(key, bytes) {
    const { subtle } = globalThis.crypto;
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const own = await subtle.importKey('raw', key as Bytes, algorithm, false, ['sign']);
    return new Uint8Array(await subtle.sign('HMAC', own, bytes));
  },
  async encrypt(key, nonce, plaintext, associatedData) {
    const { subtle } = globalThis.crypto;
    const sealed = await subtle.encrypt(gcm(nonce, associatedData), key as CryptoKey, plaintext);
    return new Uint8Array(sealed);
  },
  async decrypt(key, nonce, sealed, associatedData) {
    const { subtle } = globalThis.crypto;
    try {
      return new Uint8Array(await subtle.decrypt(gcm(nonce, associatedData), key as CryptoKey, sealed));
    } catch {
      return undefined;
    }
  },
});

// Every field is set: one that is absent could be inherited.
function gcm(nonce: Uint8Array, associatedData: Uint8Array) {
  return {
    name: 'AES-GCM',
    iv: nonce as Bytes,
    additionalData: associatedData as Bytes,
    tagLength: tagSize * 8,
  };
}
