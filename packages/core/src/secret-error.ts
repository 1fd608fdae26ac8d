import { errorRules, type SecretErrorCode } from './error-codes.js';
import type { Operation } from './provider.js';
import { copyRef, describeRef, type SecretRef } from './ref.js';

/** Facts of a backend's answer that are safe to log. Anything else is dropped. */
export interface SecretErrorDetails {
  /** The HTTP status. */
  readonly status?: number;
  /** The vendor's id of the request, for its support. */
  readonly requestId?: string;
  /** The vendor's own error code. */
  readonly vendorCode?: string;
}

/** Where a failure happened, and what the backend said of it. */
export interface SecretErrorFields {
  /** The provider's `name`. */
  readonly provider?: string | undefined;
  /** What was asked of the provider. */
  readonly operation?: Operation | undefined;
  /** The secret that was asked for. It is copied. */
  readonly ref?: SecretRef | undefined;
  /** How long the backend asks callers to wait, in milliseconds. Negative and non-finite numbers are dropped. */
  readonly retryAfterMs?: number | undefined;
  /** `false` when the backend said not to retry; `true` never makes a code retryable that is not. */
  readonly retryable?: boolean | undefined;
  /** What of the backend's answer is safe to log; fields of other names are dropped. */
  readonly details?: SecretErrorDetails | undefined;
}

const brand: unique symbol = Symbol.for('secretkit.SecretError'); // one symbol for all copies of the package

/**
 * The one error that providers, middleware and the client throw. Its message starts with the code, says
 * what was asked and what to do next, and never holds a value, a header, a body or another error.
 *
 * @example
 * ```ts
 * import { SecretError } from '@secretkit/core';
 *
 * throw new SecretError('unavailable', 'HTTP 503. Try again later.', { provider: 'vault', operation: 'get' });
 * ```
 */
export class SecretError extends Error {
  /** Why it failed: one of a closed set. */
  readonly code: SecretErrorCode;
  /** The message without its code and address. */
  readonly problem: string;
  /** May the same call succeed if it is made again? The code decides, unless the backend said no. */
  readonly retryable: boolean;
  /** What of the backend's answer is safe to log. */
  readonly details: SecretErrorDetails;
  /** The `name` of the provider that failed. */
  declare readonly provider?: string;
  /** What was asked of it. */
  declare readonly operation?: Operation;
  /** The secret that was asked for: a name and a scope, never a value. */
  declare readonly ref?: SecretRef;
  /** A lower bound for the wait before the next attempt, in milliseconds. */
  declare readonly retryAfterMs?: number;

  static {
    Object.defineProperty(this.prototype, brand, { value: true });
    Object.defineProperty(this.prototype, 'name', { value: 'SecretError' });
  }

  /** @throws `TypeError` for a code that there is not. */
  constructor(code: SecretErrorCode, problem: string, fields: SecretErrorFields = {}) {
    super(messageOf(code, problem, fields));
    this.code = code;
    this.problem = problem;
    if (!Object.hasOwn(errorRules, code)) throw new TypeError(noCode(code));
    this.retryable = errorRules[code].retryable && fields.retryable !== false;
    this.details = allowListed(fields.details);
    if (fields.provider !== undefined) this.provider = fields.provider;
    if (fields.operation !== undefined) this.operation = fields.operation;
    if (fields.ref !== undefined) this.ref = copyRef(fields.ref);
    const { retryAfterMs } = fields;
    if (retryAfterMs !== undefined && Number.isFinite(retryAfterMs) && retryAfterMs >= 0) {
      this.retryAfterMs = retryAfterMs;
    }
  }

  /** Everything above as plain data, for loggers. */
  toJSON(): object {
    return { ...this, name: this.name, message: this.message };
  }
}

function noCode(code: unknown): string {
  return `SecretError: there is no code "${String(code)}". It is one of ${Object.keys(errorRules).join(', ')}.`;
}

/**
 * Is this a `SecretError`, and of this code if one is named? True across copies of the package.
 *
 * @example
 * ```ts
 * import { isSecretError } from '@secretkit/core';
 *
 * const shouldWait = (error: unknown) => isSecretError(error, 'rate_limited');
 * ```
 */
export function isSecretError(thing: unknown, code?: SecretErrorCode): thing is SecretError {
  return (
    typeof thing === 'object' &&
    thing !== null &&
    (thing as { [brand]?: true })[brand] === true &&
    (code === undefined || (thing as SecretError).code === code)
  );
}

/** The same failure as a new error, with parts of its address replaced: one failed call may fail many refs. */
export function restate(error: SecretError, fields: SecretErrorFields): SecretError {
  return new SecretError(error.code, error.problem, { ...error, ...fields });
}

/** The message of an error: its code, what was asked, and what is wrong. */
export function messageOf(
  code: SecretErrorCode,
  problem: string,
  { provider, operation, ref }: SecretErrorFields,
): string {
  const address = [provider, operation, ref && describeRef(ref)].filter(Boolean).join(' ');
  return [code, address, problem].filter(Boolean).join(': ');
}

function allowListed(details: SecretErrorDetails = {}): SecretErrorDetails {
  const { status, requestId, vendorCode } = details;
  return Object.freeze({
    ...(Number.isInteger(status) && { status: status as number }),
    ...(isToken(requestId) && { requestId }),
    ...(isToken(vendorCode) && { vendorCode }),
  });
}

// An id or a code is a short word. Anything else may be a sentence that quotes what it should not.
function isToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\w.:-]{1,100}$/.test(text);
}
