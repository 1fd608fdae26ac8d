import { SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import { retryAfterMs } from '@secretkit/http/transport';
import { describeKey, type KeyKind } from './api-key.js';
import { requestIdOf, vendorCodeOf } from './safe-details.js';
import type { StripeFailure } from './stripe-failure.js';

/** The facts beside a failure that its error depends on. */
export interface ErrorContext {
  /** The kind of the API key, when it is known. */
  readonly key?: KeyKind | undefined;
  /** Whether the Dashboard signed the request: a UI extension has no API key. @defaultValue false */
  readonly inExtension?: boolean | undefined;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: (() => number) | undefined;
}

interface ErrorMapping {
  readonly code: SecretErrorCode;
  /** The problem and the remedy. `{key}` is replaced by the kind of the API key. */
  readonly problem: string;
  /** The shortest wait before a retry, in milliseconds. @defaultValue the wait that the response asks for */
  readonly minRetryAfterMs?: number;
}

const expiredKey: ErrorMapping = {
  code: 'unauthenticated',
  problem: 'the {key} has expired. Use a current key.',
};
const rateLimitRemedy = 'Send fewer requests, for example with a cache.';
const rateLimited: ErrorMapping = {
  code: 'rate_limited',
  problem: `too many requests. ${rateLimitRemedy}`,
};

/** The mapping by Stripe's error code, which decides first. */
const byVendorCode: Readonly<Record<string, ErrorMapping>> = {
  account_invalid: {
    code: 'permission_denied',
    problem:
      'the app is not installed on this account, or its access was revoked. Ask the account to install the app.',
  },
  api_key_expired: expiredKey,
  idempotency_key_in_use: {
    code: 'unavailable',
    problem:
      'an earlier attempt of the same write is still in progress. Try again with the same idempotency key.',
    minRetryAfterMs: 2_000, // an attempt that outlasted a timeout takes more than the first backoffs
  },
  livemode_mismatch: {
    code: 'unauthenticated',
    problem: "the {key} and the object belong to different modes. Use a key of the object's mode.",
  },
  lock_timeout: {
    code: 'rate_limited',
    problem: 'another request is changing this object. Try again.',
  },
  more_permissions_required_for_application: {
    code: 'permission_denied',
    problem:
      "the app lacks the permission secret_write. Add it to the permissions in the app's manifest (stripe-app.json), and upload the app again.",
  },
  platform_api_key_expired: expiredKey,
  rate_limit: rateLimited,
  secret_key_required: {
    code: 'unauthenticated',
    problem: 'Stripe requires a secret key. Use a key that starts with sk_ or rk_.',
  },
};

/** Stripe uses one code for an app and for a restricted key. A restricted key has a list of permissions of its own. */
const restrictedKey: ErrorMapping = {
  code: 'permission_denied',
  problem:
    'the {key} lacks the permission for secrets (secret_write). Add it to the key in the Dashboard, under API keys.',
};

const expiredSession: ErrorMapping = {
  code: 'unauthenticated',
  problem: 'the session of the Dashboard has expired. Reload the Dashboard, and sign in again.',
};
const refusedSession: ErrorMapping = {
  code: 'unauthenticated',
  problem:
    'Stripe did not accept the session of the Dashboard. There is no API key to correct: reload the Dashboard, and check that the app is installed.',
};

/** The mapping by code or status in a UI extension, where the remedy of the tables is not one. */
const byCodeInExtension: Readonly<Record<string, ErrorMapping>> = {
  api_key_expired: expiredSession,
  livemode_mismatch: {
    code: 'unauthenticated',
    problem: 'the Dashboard and the object are in different modes. Switch the mode of the Dashboard.',
  },
  platform_api_key_expired: expiredSession,
  secret_key_required: refusedSession,
  401: refusedSession,
  403: {
    code: 'permission_denied',
    problem:
      'the user or the app may not do this. Use the scope of the signed-in user, and check that the manifest has secret_write.',
  },
};

/** The mapping by HTTP status, for a failure without a code, or with a code that is not listed above. */
const byStatus: Readonly<Record<number, ErrorMapping>> = {
  400: {
    code: 'invalid_argument',
    problem: 'Stripe refused the request as invalid. Check the name, the value and the scope.',
  },
  401: {
    code: 'unauthenticated',
    problem: 'Stripe did not accept the {key}. Check that it is complete, current and of the right account.',
  },
  403: {
    code: 'permission_denied',
    problem:
      'the {key} lacks a permission. Check the permissions of the key, and that the app is installed on the account.',
  },
  404: {
    code: 'unavailable',
    problem:
      'the response is not the error that Stripe returns for a missing secret. Check the host, and any proxy.',
  },
  408: { code: 'timeout', problem: 'the request did not arrive in time. Check the network, and try again.' },
  409: {
    code: 'conflict',
    problem: 'the request conflicts with another request. Read the secret before you try again.',
  },
  424: { code: 'unavailable', problem: 'a dependency of Stripe failed. Try again later.' },
  429: rateLimited,
};

/** Stripe's reasons for a 429, by the header `Stripe-Rate-Limited-Reason`. */
const rateLimitReasons: Readonly<Record<string, string>> = {
  'endpoint-concurrency': 'too many concurrent requests of this operation',
  'endpoint-rate': 'too many requests of this operation per second',
  'global-concurrency': 'too many concurrent requests of this account',
  'global-rate': 'too many requests of this account per second',
  'resource-specific': 'too many requests for this object',
};

const reusedIdempotencyKey: ErrorMapping = {
  code: 'conflict',
  problem:
    'the idempotency key was used before with other parameters. Use a new idempotency key for a new write.',
};
const serverFailed: ErrorMapping = { code: 'unavailable', problem: 'Stripe failed. Try again later.' };
const redirected: ErrorMapping = {
  code: 'unavailable',
  problem: 'the response is a redirect, which is not followed. Check the host, and any proxy.',
};
const contradictory: ErrorMapping = {
  code: 'invalid_data',
  problem:
    'the response has an error in its body and a status of success. Check for a proxy between this host and Stripe.',
};
const unlisted: ErrorMapping = {
  code: 'unknown',
  problem:
    'Stripe failed in a way that is not in the table of errors. Search for the request id in the Dashboard.',
};

/** Returns the error of a failure: by Stripe's code first, by the status second. A body or a header is never quoted. */
export function stripeError(
  failure: StripeFailure,
  { key, inExtension = false, now = () => Date.now() }: ErrorContext = {},
): SecretError {
  const mapping = (inExtension ? ofExtension(failure) : undefined) ?? mappingOf(failure, key);
  const { status, requestId, headers = {} } = failure;
  const askedMs = retryAfterMs(headers, now());
  const replayed = headers['idempotent-replayed'] === 'true'; // the same idempotency key gets the same response
  const refused = headers['stripe-should-retry'] === 'false';
  const problem = mapping.problem.replace('{key}', describeKey(key));
  return new SecretError(mapping.code, status === undefined ? problem : `HTTP ${status}: ${problem}`, {
    retryable: !replayed && !refused,
    retryAfterMs:
      mapping.minRetryAfterMs === undefined ? askedMs : Math.max(mapping.minRetryAfterMs, askedMs ?? 0),
    details: {
      ...(status !== undefined && { status }),
      ...requestIdOf(requestId),
      ...vendorCodeOf(failure.code),
    },
  });
}

/**
 * Whether a refused write may mean that the scope is full. Stripe documents no error for the eleventh secret, so every
 * refusal without another meaning may.
 */
export function mayMeanFull({ status = 0, code = '', type, headers = {} }: StripeFailure): boolean {
  if (status < 400 || status >= 500 || status === 401 || status === 404) return false;
  return (
    !Object.hasOwn(byVendorCode, code) &&
    type !== 'idempotency_error' &&
    rateLimitReasonOf(headers) === undefined
  );
}

function ofExtension({ code = '', status = 0 }: StripeFailure): ErrorMapping | undefined {
  if (Object.hasOwn(byCodeInExtension, code)) return byCodeInExtension[code];
  return Object.hasOwn(byVendorCode, code) ? undefined : byCodeInExtension[status];
}

function mappingOf(
  { code, type, status, headers = {} }: StripeFailure,
  key: KeyKind | undefined,
): ErrorMapping {
  const reason = rateLimitReasonOf(headers);
  if (code === 'more_permissions_required_for_application' && key?.restricted) return restrictedKey;
  if (code !== 'rate_limit' && code !== undefined && Object.hasOwn(byVendorCode, code))
    return byVendorCode[code] ?? unlisted;
  if (reason !== undefined) return { ...rateLimited, problem: `${reason}. ${rateLimitRemedy}` };
  if (code === 'rate_limit') return rateLimited;
  if (type === 'idempotency_error' && status === 400) return reusedIdempotencyKey;
  if (status === undefined) return unlisted;
  if (status >= 500) return serverFailed;
  if (status >= 300 && status < 400) return redirected;
  if (status >= 200 && status < 300) return contradictory;
  return byStatus[status] ?? unlisted;
}

function rateLimitReasonOf(headers: Readonly<Record<string, unknown>>): string | undefined {
  const reason = headers['stripe-rate-limited-reason'];
  return typeof reason === 'string' && Object.hasOwn(rateLimitReasons, reason)
    ? rateLimitReasons[reason]
    : undefined;
}
