import { type Cipher, concat } from './cipher.js';
import { tagSize } from './record.js';

type NodeCrypto = typeof import('node:crypto');
type KeyObject = ReturnType<NodeCrypto['createSecretKey']>;

/**
 * Returns the cipher of `node:crypto`, which is several times as fast as Web Crypto; `undefined` where it is absent
 * or incomplete. It is found at run time, so that bundlers for browsers see no import.
 */
export function nodeCipher(): Cipher | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): object | undefined } };
  try {
    const crypto = process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined;
    if (!crypto) return undefined;
    const cipher = cipherOf(crypto);
    return isComplete(cipher) ? cipher : undefined;
  } catch {
    return undefined; // some platforms have its functions, which throw
  }
}

function cipherOf(crypto: NodeCrypto): Cipher {
  const { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } = crypto;
  const options = { __proto__: null, authTagLength: tagSize };
  return {
    derive(key, salt, info) {
      return createSecretKey(new Uint8Array(hkdfSync('sha256', key, salt, info, 32)));
    },
    mac(key, bytes) {
      return new Uint8Array(createHmac('sha256', key).update(bytes).digest());
    },
    encrypt(key, nonce, plaintext, associatedData) {
      const cipher = createCipheriv('aes-256-gcm', key as KeyObject, nonce, options); // made by `derive`
      cipher.setAAD(associatedData);
      const body = cipher.update(plaintext);
      cipher.final();
      return concat(body, cipher.getAuthTag());
    },
    decrypt(key, nonce, sealed, associatedData) {
      const decipher = createDecipheriv('aes-256-gcm', key as KeyObject, nonce, options);
      decipher.setAAD(associatedData);
      decipher.setAuthTag(sealed.subarray(sealed.length - tagSize));
      const plaintext = decipher.update(sealed.subarray(0, sealed.length - tagSize));
      try {
        decipher.final();
        return plaintext;
      } catch {
        return undefined;
      }
    },
  };
}

function isComplete({ derive, mac, encrypt, decrypt }: Cipher): boolean {
  const bytes = new Uint8Array(32);
  const nonce = bytes.subarray(0, 12);
  const key = derive(bytes, bytes, bytes);
  if ((mac(bytes, bytes) as Uint8Array).length !== 32) return false;
  const sealed = encrypt(key, nonce, bytes, bytes) as Uint8Array; // none of this cipher is a promise
  return (decrypt(key, nonce, sealed, bytes) as Uint8Array | undefined)?.length === bytes.length;
}
