interface BufferClass {
  from(text: string, encoding: 'base64' | 'base64url'): Uint8Array;
  from(
    bytes: ArrayBufferLike,
    offset: number,
    length: number,
  ): { toString(encoding: 'base64' | 'base64url'): string };
}

// The Buffer of Node, Bun and Deno: there, `btoa` takes as long as the encryption.
const { Buffer } = globalThis as { Buffer?: BufferClass };

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const chunk = 8_192; // arguments of one call; engines limit their number

/** Returns bytes as base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
    : webToBase64(bytes);
}

/** As `toBase64`, without `Buffer`. */
export function webToBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += chunk) {
    binary += String.fromCharCode(...bytes.subarray(at, at + chunk));
  }
  return btoa(binary);
}

/** Returns the bytes of base64. The text must be base64. */
export function fromBase64(text: string): Uint8Array {
  return Buffer ? new Uint8Array(Buffer.from(text, 'base64')) : webFromBase64(text);
}

/** As `fromBase64`, without `Buffer`. */
export function webFromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Returns bytes as base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
    : webToBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Returns the bytes of base64url without padding. The text must be base64url. */
export function fromBase64Url(text: string): Uint8Array {
  return Buffer
    ? new Uint8Array(Buffer.from(text, 'base64url'))
    : webFromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
}

/** Whether characters of base64url are the only ones for their bytes: bits at the end that mean nothing are zero. */
export function isCanonical(text: string): boolean {
  const unusedBits = [0, undefined, 4, 2][text.length % 4];
  if (unusedBits === undefined) return false;
  return alphabet.indexOf(text.slice(-1)) % 2 ** unusedBits === 0;
}
