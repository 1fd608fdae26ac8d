import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

// The modulo makes some characters more likely than others, which does not matter for an id.
function randomText(count: number): string {
  return Array.from(randomBytes(count), (byte) => alphabet.charAt(byte % alphabet.length)).join('');
}

/** Returns an id like a request id of Stripe: `req_` and 14 characters. */
export function newRequestId(): string {
  return `req_${randomText(14)}`;
}

/** Returns an id like a secret id of Stripe: `appsecret_51` and 28 characters. */
export function newSecretId(): string {
  return `appsecret_51${randomText(28)}`;
}
