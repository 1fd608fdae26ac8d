import { own, unknownKey } from '../checks/check-options.js';
import { copyRef, describeRef, type SecretRef } from './ref.js';

/** An optional ability of a backend, beside reading one secret. */
export type Capability = 'getMany' | 'list' | 'set' | 'compareAndSet' | 'delete' | 'listVersions';

/** A call that may reach a backend. */
export type Operation = 'get' | Capability;

/** The reason for a failure. The set is closed: code that switches over it can be exhaustive. */
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

/** The rules for the layers of a stack after a failure. */
export interface ErrorRule {
  /** The same call may succeed if it is repeated. */
  readonly retryable: boolean;
  /** A cache may serve a value past its freshness (never past its expiry) instead. */
  readonly staleAllowed: boolean;
  /** A cache may repeat the failure for about a second instead of a new call. */
  readonly remembered: boolean;
}

const definitive: ErrorRule = { retryable: false, staleAllowed: false, remembered: false };
const denied: ErrorRule = { retryable: false, staleAllowed: false, remembered: true };
const transient: ErrorRule = { retryable: true, staleAllowed: true, remembered: false };
const lasting: ErrorRule = { retryable: false, staleAllowed: true, remembered: false };

/** The one table of rules for retries, caches and breakers. */
export const errorRules: Readonly<Record<SecretErrorCode, ErrorRule>> = Object.freeze({
  not_found: definitive,
  permission_denied: denied,
  unauthenticated: denied,
  rate_limited: transient,
  quota_exceeded: lasting,
  unavailable: transient,
  timeout: transient,
  circuit_open: lasting,
  invalid_argument: definitive,
  invalid_data: lasting,
  conflict: definitive,
  unsupported: definitive,
  closed: definitive,
  unknown: denied,
});

/** Facts of a backend's answer that are safe to log. Everything else is dropped. */
export interface SecretErrorDetails {
  readonly status?: number;
  /** The vendor's id of the request, for its support. */
  readonly requestId?: string;
  /** The vendor's own error code. */
  readonly vendorCode?: string;
}

/** The place of a failure, and the report of the backend. */
export interface SecretErrorFields {
  readonly provider?: string | undefined;
  readonly operation?: Operation | undefined;
  /** The secret that was requested. It is copied. */
  readonly ref?: SecretRef | undefined;
  /** How long callers should wait, in milliseconds. Negative and non-finite numbers are dropped. */
  readonly retryAfterMs?: number | undefined;
  /** `false` when the backend refused a retry; `true` does not make another code retryable. */
  readonly retryable?: boolean | undefined;
  readonly details?: SecretErrorDetails | undefined;
}

const brand: unique symbol = Symbol.for('secretkit.SecretError'); // one symbol for all copies of the package

/**
 * The one error that providers, middleware and the client throw. Its message has the code, the call and the remedy, and
 * never a value, a header, a body or another error.
 */
export class SecretError extends Error {
  readonly code: SecretErrorCode;
  /** The message without its code and address. */
  readonly problem: string;
  /** Whether the same call may succeed if it is repeated. The code decides, unless the backend refused a retry. */
  readonly retryable: boolean;
  readonly details: SecretErrorDetails;
  // As in `SecretErrorFields`; an error has no key for a field without a value.
  declare readonly provider?: string;
  declare readonly operation?: Operation;
  declare readonly ref?: SecretRef;
  declare readonly retryAfterMs?: number;

  static {
    Object.defineProperties(this.prototype, { [brand]: { value: true }, name: { value: 'SecretError' } });
  }

  /** @throws `TypeError` for an unknown code. */
  constructor(code: SecretErrorCode, problem: string, fields: SecretErrorFields = {}) {
    const { provider, operation, ref, retryAfterMs = -1, retryable, details } = fields;
    const address = [provider, operation, ref && describeRef(ref)].filter(Boolean).join(' ');
    super([code, address.replace(/\p{Cc}/gu, '\ufffd'), problem].filter(Boolean).join(': ')); // it stays one line
    const rules = own(errorRules, code);
    if (!rules) {
      throw new TypeError(`SecretError: ${unknownKey({ [code]: code }, Object.keys(errorRules), 'code')}`);
    }
    this.code = code;
    this.problem = problem;
    this.retryable = rules.retryable && retryable !== false;
    this.details = allowListed(details);
    if (provider !== undefined) this.provider = provider;
    if (operation !== undefined) this.operation = operation;
    if (ref !== undefined) this.ref = copyRef(ref);
    if (Number.isFinite(retryAfterMs) && retryAfterMs >= 0) this.retryAfterMs = retryAfterMs;
  }

  /** Returns the fields above as plain data, for loggers. */
  toJSON(): object {
    return { ...this, name: this.name, message: this.message };
  }
}

/** Whether this is a `SecretError`, and has this code if one is given. True across copies of the package. */
export function isSecretError(thing: unknown, code?: SecretErrorCode): thing is SecretError {
  if (typeof thing !== 'object' || (thing as { [brand]?: true } | null)?.[brand] !== true) return false;
  return code === undefined || (thing as SecretError).code === code;
}

/** Returns the `invalid_argument` error of a caller's mistake, which is thrown before any I/O. */
export function invalid(problem: string): SecretError {
  return new SecretError('invalid_argument', problem);
}

/** Returns the same failure as a new error with some fields replaced: one failed call may fail many refs. */
export function withFields(error: SecretError, fields: SecretErrorFields): SecretError {
  return new SecretError(error.code, error.problem, { ...error, ...fields });
}

function allowListed({ status, requestId, vendorCode }: SecretErrorDetails = {}): SecretErrorDetails {
  return Object.freeze({
    ...(Number.isInteger(status) && { status: status as number }),
    ...(isToken(requestId) && { requestId }),
    ...(isToken(vendorCode) && { vendorCode }),
  });
}

// An id or a code is a short word. Anything else may be a sentence that quotes a secret.
function isToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\w.:-]{1,100}$/.test(text);
}
