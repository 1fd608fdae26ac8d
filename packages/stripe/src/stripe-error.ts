import { isSecretError, SecretError, type SecretErrorCode } from '@secretkit/core';

/** What Stripe, or something between us and Stripe, said of a failure. */
export interface StripeFailure {
  readonly status?: number | undefined;
  /** Stripe's `error.code`. */
  readonly code?: string | undefined;
  /** Stripe's `error.type`. */
  readonly type?: string | undefined;
  readonly requestId?: string | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
}

interface Meaning {
  readonly code: SecretErrorCode;
  readonly problem: string;
}

/** Stripe's own codes decide first. */
const byVendorCode: Readonly<Record<string, Meaning>> = {
  account_invalid: {
    code: 'permission_denied',
    problem:
      'the app is not installed on this account, or its access was revoked. Have the account install the app.',
  },
  api_key_expired: { code: 'unauthenticated', problem: 'the API key has expired. Use a current one.' },
  idempotency_key_in_use: {
    code: 'unavailable',
    problem:
      'an earlier attempt of the same write is still under way. Try again with the same idempotency key.',
  },
  lock_timeout: { code: 'rate_limited', problem: 'Stripe is changing this object just now. Try again.' },
  more_permissions_required_for_application: {
    code: 'permission_denied',
    problem:
      "the app lacks the permission secret_write. Add it to the permissions in the app's manifest (stripe-app.json), and upload the app again.",
  },
  platform_api_key_expired: {
    code: 'unauthenticated',
    problem: 'the API key has expired. Use a current one.',
  },
  rate_limit: { code: 'rate_limited', problem: 'too many requests. Slow down; a cache in front helps most.' },
  resource_missing: { code: 'not_found', problem: 'there is no such secret.' },
};

/** The HTTP status decides where Stripe gave no code, or one without an entry. */
const byStatus: Readonly<Record<number, Meaning>> = {
  400: { code: 'invalid_argument', problem: 'Stripe refused the request as malformed.' },
  401: {
    code: 'unauthenticated',
    problem:
      'Stripe did not accept the API key. Check that it is complete, current and of the right account.',
  },
  403: {
    code: 'permission_denied',
    problem:
      'the API key may not do this. Check its permissions, and that the app is installed on the account.',
  },
  404: {
    code: 'unavailable',
    problem:
      'the answer was a 404 that Stripe does not give for a missing secret. Check the host, and any proxy.',
  },
  409: { code: 'conflict', problem: 'the request lost against another one.' },
  424: { code: 'unavailable', problem: 'something that Stripe depends on failed. Try again later.' },
  429: { code: 'rate_limited', problem: 'too many requests. Slow down; a cache in front helps most.' },
};

const otherKey: Meaning = {
  code: 'conflict',
  problem: 'the idempotency key was used before with other parameters. Use a new key for a new write.',
};
const failing: Meaning = { code: 'unavailable', problem: 'Stripe could not answer. Try again later.' };
const redirected: Meaning = {
  code: 'unavailable',
  problem: 'the answer was a redirect, which is not followed.',
};
const unclassified: Meaning = {
  code: 'unknown',
  problem: 'Stripe failed in a way that has no better word here.',
};

/** The error for what was said, by the vendor's code first and the status second. Nothing of a body or header is quoted. */
export function stripeError(failure: StripeFailure): SecretError {
  const { code, problem } = meaningOf(failure);
  const { status, requestId, headers = {} } = failure;
  const replayed = headers['idempotent-replayed'] === 'true'; // the same key gets the same answer
  const refused = headers['stripe-should-retry'] === 'false';
  return new SecretError(code, status === undefined ? problem : `HTTP ${status}: ${problem}`, {
    retryable: !replayed && !refused,
    retryAfterMs: retryAfterMs(headers['retry-after']),
    details: {
      ...(status !== undefined && { status }),
      ...(requestId !== undefined && { requestId }),
      ...(failure.code !== undefined && { vendorCode: failure.code }),
    },
  });
}

/** The error for what stripe-node rejected with. Its message, `raw`, `detail` and headers may hold a body: none is kept. */
export function fromSdkError(error: unknown): unknown {
  const { type, detail, statusCode, code, requestId, headers, rawType } = (error ?? {}) as Partial<SdkError>;
  if (isSecretError(detail)) return detail; // the hardened client's own
  if (typeof type !== 'string' || !type.startsWith('Stripe')) return error; // not stripe-node's: the caller drops it
  if (type === 'StripeConnectionError') {
    return (detail as { code?: unknown } | undefined)?.code === 'ETIMEDOUT'
      ? new SecretError(
          'timeout',
          "stripe-node's own time-out passed. Check the network, or allow more time.",
        )
      : new SecretError('unavailable', 'the connection to Stripe failed. Check the network, and try again.');
  }
  if (statusCode === undefined) {
    return new SecretError(
      'unavailable',
      'the answer was not JSON. Check for a proxy in between, and try again.',
    );
  }
  return stripeError({ status: statusCode, code, type: rawType, requestId, headers });
}

interface SdkError {
  type: unknown;
  rawType: string;
  detail: unknown;
  statusCode: number;
  code: string;
  requestId: string;
  headers: Record<string, unknown>;
}

function meaningOf({ code, type, status }: StripeFailure): Meaning {
  if (code !== undefined && Object.hasOwn(byVendorCode, code)) return byVendorCode[code] ?? unclassified;
  if (type === 'idempotency_error' && status === 400) return otherKey;
  if (status === undefined) return unclassified;
  if (status >= 500) return failing;
  if (status >= 300 && status < 400) return redirected;
  return byStatus[status] ?? unclassified;
}

// RFC 9110: a number of seconds or a date. Stripe documents none; a proxy may send one.
function retryAfterMs(header: unknown): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const until = / GMT$/.test(header) ? Date.parse(header) : Number.NaN; // Date.parse takes "-5" for a date
  return Number.isNaN(until) ? undefined : Math.max(0, until - Date.now());
}
