import type { Call } from '@secretkit/core/middleware';
import { kindOf, type SecretErrorCode } from '@secretkit/core/provider';

/** The failures that fall through only on request: denials, and errors without a code. */
export type DenialCode = 'permission_denied' | 'unauthenticated' | 'unknown';

export interface FallbackOptions {
  /**
   * Further failures after which the next provider is called, besides those that mean that a provider cannot answer.
   * @defaultValue none: a caller without access in one provider should not find the secret in another
   */
  readonly fallThroughOn?: readonly DenialCode[];
  /** Called for each failure after which the next provider is called. An exception that it throws is ignored. */
  readonly onFallThrough?: (event: FallThrough) => void;
  /**
   * The clock of batches, in epoch milliseconds: a value that expires during the wait for others is read again.
   * @defaultValue Date.now
   */
  readonly now?: () => number;
}

/** A failure after which the next provider is called. */
export interface FallThrough extends Omit<Call, 'failures'> {
  /** The code of the failure. */
  readonly code: SecretErrorCode;
  /** The name of the provider that is called next. */
  readonly next: string;
}

const denialCodes: readonly unknown[] = [
  'permission_denied',
  'unauthenticated',
  'unknown',
] satisfies DenialCode[];

/** @throws `TypeError` for anything but an array of codes that may fall through on request. */
export function checkDenialCodes(codes: unknown): void {
  if (Array.isArray(codes) && codes.every((code) => denialCodes.includes(code))) return;
  const got = Array.isArray(codes) ? 'an array with another element' : kindOf(codes);
  throw new TypeError(`fallback: fallThroughOn must be an array of ${denialCodes.join(', ')}, got ${got}.`);
}
