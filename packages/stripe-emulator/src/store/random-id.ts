import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Not each letter is equally likely, which does not matter for an id. */
function letters(count: number): string {
  return Array.from(randomBytes(count), (byte) => alphabet.charAt(byte % alphabet.length)).join('');
}

/** An id in the form of Stripe's request ids: `req_` and 14 letters. */
export function newRequestId(): string {
  return `req_${letters(14)}`;
}

/** An id in the form of Stripe's secret ids: `appsecret_51` and 28 letters. */
export function newSecretId(): string {
  return `appsecret_51${letters(28)}`;
}
