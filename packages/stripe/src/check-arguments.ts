import { SecretError, type SecretScope } from '@secretkit/core/provider';

/** Stripe's limit for a name and for a payload, in characters. */
const maxLength = 5_000;
const maxYears = 100;

/** @throws `invalid_argument` for a name that Stripe would refuse. */
export function checkName(name: string): void {
  if (length(name) > maxLength) throw invalid(`a name has ${maxLength} characters at most.`);
}

/** @throws `invalid_argument` for an account that no header can carry. */
export function checkAccount({ account }: SecretScope = {}): void {
  if (account === undefined || isHeaderText(account)) return;
  throw invalid(
    "a scope's account is the id of a connected account, such as acct_123: ASCII, without spaces.",
  );
}

/** Can a header carry it? */
export function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** @throws `invalid_argument` for a payload that Stripe would refuse. */
export function checkPayload(payload: string): void {
  if (length(payload) > maxLength) {
    throw invalid(
      `a value has ${maxLength} characters at most, and this has ${length(payload)}. Keep larger ones elsewhere.`,
    );
  }
}

/**
 * The expiry in whole seconds, as Stripe keeps it: rounded down, so that a value is never served for longer than asked.
 *
 * @throws `invalid_argument` for one that is not in the future, or more than 100 years ahead.
 */
export function expiryInSeconds(expiresAt: Date, now: number): number {
  const seconds = Math.floor(expiresAt.getTime() / 1_000);
  if (seconds * 1_000 <= now) {
    throw invalid(
      'expiresAt is not in the future; Stripe keeps whole seconds. Delete the secret if it is to be gone.',
    );
  }
  const limit = new Date(now);
  limit.setUTCFullYear(limit.getUTCFullYear() + maxYears);
  if (seconds * 1_000 > limit.getTime()) throw invalid(`expiresAt is more than ${maxYears} years ahead.`);
  return seconds;
}

// As the schema counts: code points.
function length(text: string): number {
  return text.length <= maxLength ? text.length : [...text].length;
}

function invalid(problem: string): SecretError {
  return new SecretError('invalid_argument', problem);
}
