import { invalid, type Secret, type SecretScope } from '@secretkit/core/provider';
import { isHeaderText, kindOfBadHeader } from './header-text.js';

/** Stripe's limit for a name and for a value, in characters. */
const maxLength = 5_000;
const maxYears = 100;

/** @throws `invalid_argument` for a name that Stripe would refuse. */
export function checkName(name: string): void {
  checkLength('name', name, 'Use a shorter name.');
}

/** @throws `invalid_argument` for a value that Stripe would refuse. */
export function checkPayload(payload: string): void {
  checkLength('value', payload, 'Store larger values elsewhere.');
}

/** @throws `invalid_argument` for a binary value: Stripe holds only texts. */
export function checkFormat({ format }: Secret): void {
  if (format === 'text') return;
  throw invalid(
    'value must be a string, got bytes: Stripe holds only texts. Encode the bytes, for example in base64.',
  );
}

/** @throws `invalid_argument` for an account that a header cannot hold. */
export function checkAccount({ account }: SecretScope = {}): void {
  if (account === undefined || isHeaderText(account)) return;
  throw invalid(
    `scope.account must be the id of a connected account, got ${kindOfBadHeader(account)}. Example: acct_123.`,
  );
}

/**
 * Returns the expiry in whole seconds, as Stripe stores it. It is rounded down, so that a value is never served too long.
 *
 * @throws `invalid_argument` when it is not in the future, or is more than 100 years ahead.
 */
export function expiryInSeconds(expiresAt: Date, nowMs: number): number {
  const seconds = Math.floor(expiresAt.getTime() / 1_000);
  if (seconds * 1_000 <= nowMs) {
    throw invalid(
      'expiresAt must be in the future after rounding down to whole seconds. To remove the secret, delete it.',
    );
  }
  const limit = new Date(nowMs);
  limit.setUTCFullYear(limit.getUTCFullYear() + maxYears);
  if (seconds * 1_000 > limit.getTime()) {
    throw invalid(
      `expiresAt must be at most ${maxYears} years ahead. Omit it for a secret without an expiry.`,
    );
  }
  return seconds;
}

// Stripe counts code points.
function checkLength(what: string, text: string, remedy: string): void {
  if (text.length <= maxLength) return;
  const { length } = [...text];
  if (length > maxLength) {
    throw invalid(`${what} must have at most ${maxLength} characters, got ${length}. ${remedy}`);
  }
}
