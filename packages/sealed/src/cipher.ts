/** A derived key, in the form that its cipher uses. */
export type DerivedKey = object;

/** HKDF-SHA-256, HMAC-SHA-256 and AES-256-GCM of one platform. All implementations give the same bytes. */
export interface Cipher {
  /** Derives a key of 32 bytes. */
  derive(key: Uint8Array, salt: Uint8Array, info: Uint8Array): DerivedKey | Promise<DerivedKey>;
  /** Returns the HMAC-SHA-256 of bytes. */
  mac(key: Uint8Array, bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Returns ciphertext and tag. */
  encrypt(
    key: DerivedKey,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    associatedData: Uint8Array,
  ): Uint8Array | Promise<Uint8Array>;
  /** Returns the plaintext; `undefined` when ciphertext, tag, nonce, key and associated data do not fit. */
  decrypt(
    key: DerivedKey,
    nonce: Uint8Array,
    sealed: Uint8Array,
    associatedData: Uint8Array,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

/** Returns bytes one after the other. */
export function concat(one: Uint8Array, other: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}
