/** What went wrong, in one word. The set is closed: code that switches over it can be exhaustive. */
export type SecretErrorCode =
  | 'not_found'
  | 'permission_denied'
  | 'unauthenticated'
  | 'rate_limited'
  | 'quota_exceeded'
  | 'unavailable'
  | 'timeout'
  | 'circuit_open'
  | 'invalid_argument'
  | 'invalid_data'
  | 'conflict'
  | 'unsupported'
  | 'closed'
  | 'unknown';

/** What the layers of a stack may do after a failure. */
export interface ErrorRule {
  /** May the same call succeed if it is made again? */
  readonly retryable: boolean;
  /** May a cache answer with a value past its freshness (never past its expiry) instead? */
  readonly staleAllowed: boolean;
  /** May a cache repeat the failure for about a second, instead of asking again? */
  readonly remembered: boolean;
}

const definitive: ErrorRule = { retryable: false, staleAllowed: false, remembered: false };
const denied: ErrorRule = { retryable: false, staleAllowed: false, remembered: true };
const passing: ErrorRule = { retryable: true, staleAllowed: true, remembered: false };
const lasting: ErrorRule = { retryable: false, staleAllowed: true, remembered: false };

/** The one table that retries, caches and breakers go by. */
export const errorRules: Readonly<Record<SecretErrorCode, ErrorRule>> = Object.freeze({
  not_found: definitive,
  permission_denied: denied,
  unauthenticated: denied,
  rate_limited: passing,
  quota_exceeded: lasting,
  unavailable: passing,
  timeout: passing,
  circuit_open: lasting,
  invalid_argument: definitive,
  invalid_data: lasting,
  conflict: definitive,
  unsupported: definitive,
  closed: definitive,
  unknown: denied,
});
