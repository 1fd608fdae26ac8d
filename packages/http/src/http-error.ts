import { SecretError, type SecretErrorCode, type SecretErrorDetails } from '@secretkit/core/provider';
import { unreachable } from './bounded-fetch.js';
import { retryAfterMs } from './retry-after.js';

/** A failed request, as an error table sees it. Its body may quote a value, so nothing else gets it. */
export interface HttpFailure {
  /** The status; `undefined` when the connection failed. */
  readonly status: number | undefined;
  /** A known code of the system when the connection failed, such as `ECONNREFUSED`. */
  readonly networkCode: string | undefined;
  /** The headers of the response. There are none when the connection failed. */
  readonly headers: Headers;
  /** The JSON object or array in the body; `undefined` for any other body. */
  readonly body: object | undefined;
  /** The body as text. */
  readonly text: string;
}

/** What a failure means. */
export interface HttpError {
  /** @defaultValue the code of the status */
  readonly code?: SecretErrorCode | undefined;
  /**
   * The problem and the remedy, in one or two sentences. It must not contain a part of the response.
   * @defaultValue a sentence for the code
   */
  readonly problem?: string | undefined;
  /** The error code of the vendor. Return listed codes only: a proxy may write anything in its place. */
  readonly vendorCode?: string | undefined;
  /** Milliseconds before the next attempt, at least. @defaultValue the wait that `Retry-After` asks for */
  readonly retryAfterMs?: number | undefined;
  /** `false` when the server refused a retry. @defaultValue as the code says */
  readonly retryable?: boolean | undefined;
}

/** The error table of an adapter. For a failure without a row, it returns `undefined`: then the status decides. */
export type HttpErrors = (failure: HttpFailure) => HttpError | undefined;

const codeOfStatus: Readonly<Record<number, SecretErrorCode>> = {
  400: 'invalid_argument',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'unavailable', // of the route, unless the adapter's table knows better
  408: 'timeout',
  409: 'conflict',
  424: 'unavailable',
  429: 'rate_limited',
};

const problems: Readonly<Partial<Record<SecretErrorCode, string>>> = {
  invalid_argument: 'the server refused the request as invalid. Check the name, the value and the options.',
  unauthenticated: 'the server did not accept the credential. Check that it is complete and current.',
  permission_denied: 'the credential lacks a permission. Grant it access to this secret.',
  timeout: 'the request did not arrive in time. Check the network, and try again.',
  conflict: 'the request conflicts with another request. Read the secret before you try again.',
  rate_limited: 'too many requests. Send fewer requests, for example with a cache.',
  quota_exceeded: 'a limit of the server is reached. Delete unused secrets.',
  unavailable:
    'the server failed, or the response is not from it. Check the URL and any proxy, and try again.',
};

/** Returns the error of a failure. The status decides if the table has no row for it. */
export function httpError(
  { status, headers }: Pick<HttpFailure, 'status' | 'headers'>,
  row: HttpError | undefined,
  details: SecretErrorDetails,
  where?: string,
): SecretError {
  const code = row?.code ?? codeOf(status);
  const byCode = status === undefined ? unreachable : problems[code];
  const problem = row?.problem ?? byCode ?? 'the server failed in a way that is not in the table of errors.';
  const about =
    where === undefined ? `HTTP ${status}: ${problem}` : `the connection failed: ${where}. ${problem}`;
  return new SecretError(code, about, {
    retryable: row?.retryable,
    retryAfterMs: row?.retryAfterMs ?? retryAfterMs(Object.fromEntries(headers.entries()), Date.now()),
    details: { ...details, ...(row?.vendorCode !== undefined && { vendorCode: row.vendorCode }) },
  });
}

function codeOf(status = 500): SecretErrorCode {
  return codeOfStatus[status] ?? (status >= 500 ? 'unavailable' : 'unknown');
}
