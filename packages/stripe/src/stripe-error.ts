import { SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import { describeKey, type KeyKind } from './api-key.js';
import { retryAfterMs } from './retry-after.js';
import { requestIdOf, vendorCodeOf } from './safe-words.js';
import type { StripeFailure } from './stripe-failure.js';

/** What a message and a wait depend on, besides the failure. */
export interface ErrorContext {
  /** The kind of the API key, where it is known. */
  readonly key?: KeyKind | undefined;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: (() => number) | undefined;
}

interface Meaning {
  readonly code: SecretErrorCode;
  /** What happened and what to do; in it, `{key}` stands for the kind of API key. */
  readonly problem: string;
}

const expired: Meaning = {
  code: 'unauthenticated',
  problem: 'the {key} has expired. Use a current one.',
};
const throttled: Meaning = {
  code: 'rate_limited',
  problem: 'too many requests. Slow down; a cache in front helps most.',
};

/** Stripe's own codes decide first. */
const byVendorCode: Readonly<Record<string, Meaning>> = {
  account_invalid: {
    code: 'permission_denied',
    problem:
      'the app is not installed on this account, or its access was revoked. Have the account install the app.',
  },
  api_key_expired: expired,
  idempotency_key_in_use: {
    code: 'unavailable',
    problem:
      'an earlier attempt of the same write is still under way. Try again with the same idempotency key.',
  },
  livemode_mismatch: {
    code: 'unauthenticated',
    problem: "the {key} and the object are of different modes. Use a key of the object's mode.",
  },
  lock_timeout: { code: 'rate_limited', problem: 'Stripe is changing this object just now. Try again.' },
  more_permissions_required_for_application: {
    code: 'permission_denied',
    problem:
      "the app lacks the permission secret_write. Add it to the permissions in the app's manifest (stripe-app.json), and upload the app again.",
  },
  platform_api_key_expired: expired,
  rate_limit: throttled,
  secret_key_required: {
    code: 'unauthenticated',
    problem: 'Stripe wants a secret key for this. Use one that starts with sk_ or rk_.',
  },
};

/** A restricted key has its own list of permissions, and Stripe the same code for it as for an app. */
const restrictedKey: Meaning = {
  code: 'permission_denied',
  problem:
    'the {key} lacks the permission for secrets (secret_write). Add it to the key in the Dashboard, under API keys.',
};

/** The HTTP status decides where Stripe gave no code, or one without an entry. */
const byStatus: Readonly<Record<number, Meaning>> = {
  400: { code: 'invalid_argument', problem: 'Stripe refused the request as malformed.' },
  401: {
    code: 'unauthenticated',
    problem: 'Stripe did not accept the {key}. Check that it is complete, current and of the right account.',
  },
  403: {
    code: 'permission_denied',
    problem:
      'the {key} may not do this. Check its permissions, and that the app is installed on the account.',
  },
  404: {
    code: 'unavailable',
    problem:
      'the answer was a 404 that Stripe does not give for a missing secret. Check the host, and any proxy.',
  },
  409: { code: 'conflict', problem: 'the request lost against another one.' },
  424: { code: 'unavailable', problem: 'something that Stripe depends on failed. Try again later.' },
  429: throttled,
};

/** Stripe's reasons for a 429. */
const limits: Readonly<Record<string, string>> = {
  'endpoint-concurrency': 'too many requests of this operation at the same time',
  'endpoint-rate': 'too many requests of this operation in a second',
  'global-concurrency': 'too many requests of this account at the same time',
  'global-rate': 'too many requests of this account in a second',
  'resource-specific': 'too many requests for this object',
};

const otherKey: Meaning = {
  code: 'conflict',
  problem: 'the idempotency key was used before with other parameters. Use a new key for a new write.',
};
const failing: Meaning = { code: 'unavailable', problem: 'Stripe could not answer. Try again later.' };
const redirected: Meaning = {
  code: 'unavailable',
  problem: 'the answer was a redirect, which is not followed. Check the host, and any proxy.',
};
const contradictory: Meaning = {
  code: 'invalid_data',
  problem: 'the answer was an error under a status of success. Check for a proxy in between.',
};
const unclassified: Meaning = {
  code: 'unknown',
  problem: 'Stripe failed in a way that has no better word here.',
};

/** The error for what was said, by the vendor's code first and the status second. Nothing of a body or header is quoted. */
export function stripeError(
  failure: StripeFailure,
  { key, now = () => Date.now() }: ErrorContext = {},
): SecretError {
  const { code, problem } = meaningOf(failure, key);
  const { status, requestId, headers = {} } = failure;
  const replayed = headers['idempotent-replayed'] === 'true'; // the same key gets the same answer
  const refused = headers['stripe-should-retry'] === 'false';
  const told = problem.replace('{key}', describeKey(key));
  return new SecretError(code, status === undefined ? told : `HTTP ${status}: ${told}`, {
    retryable: !replayed && !refused,
    retryAfterMs: retryAfterMs(headers['retry-after'], now()),
    details: {
      ...(status !== undefined && { status }),
      ...requestIdOf(requestId),
      ...vendorCodeOf(failure.code),
    },
  });
}

/** May it mean that a scope is full? Stripe documents no error for an eleventh secret: any refusal without another meaning. */
export function mayMeanFull({ status = 0, code = '', type, headers = {} }: StripeFailure): boolean {
  if (status < 400 || status >= 500 || status === 401 || status === 404) return false;
  return !Object.hasOwn(byVendorCode, code) && type !== 'idempotency_error' && limitOf(headers) === undefined;
}

function meaningOf({ code, type, status, headers = {} }: StripeFailure, key: KeyKind | undefined): Meaning {
  const limit = limitOf(headers);
  if (code === 'more_permissions_required_for_application' && key?.restricted) return restrictedKey;
  if (code !== 'rate_limit' && code !== undefined && Object.hasOwn(byVendorCode, code))
    return byVendorCode[code] ?? unclassified;
  if (limit !== undefined)
    return { ...throttled, problem: `${limit}. Slow down; a cache in front helps most.` };
  if (code === 'rate_limit') return throttled;
  if (type === 'idempotency_error' && status === 400) return otherKey;
  if (status === undefined) return unclassified;
  if (status >= 500) return failing;
  if (status >= 300 && status < 400) return redirected;
  if (status >= 200 && status < 300) return contradictory;
  return byStatus[status] ?? unclassified;
}

function limitOf(headers: Readonly<Record<string, unknown>>): string | undefined {
  const reason = headers['stripe-rate-limited-reason'];
  return typeof reason === 'string' && Object.hasOwn(limits, reason) ? limits[reason] : undefined;
}
