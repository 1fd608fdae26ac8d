import { SecretError, type SecretErrorCode } from '@secretkit/core/provider';

/** The store's own codes. They decide first: a status may come from any proxy in between. */
const codes: ReadonlyMap<unknown, SecretErrorCode> = new Map([
  ['throttled', 'rate_limited'],
  ['write_in_progress', 'unavailable'], // an earlier attempt of the same write: a 409 that is not a conflict
  ['store_full', 'quota_exceeded'],
]);

/** A status in neither table is unknown, unless it is a 5xx. */
const statuses: ReadonlyMap<number, SecretErrorCode> = new Map([
  [400, 'invalid_argument'],
  [401, 'unauthenticated'],
  [403, 'permission_denied'],
  [404, 'unavailable'], // the route: the store has no 404 for a secret
  [409, 'conflict'],
  [424, 'unavailable'],
  [429, 'rate_limited'],
]);

const remedies: Partial<Record<SecretErrorCode, string>> = {
  unauthenticated: 'Check the token.',
  permission_denied: 'Grant the token access to this account.',
  quota_exceeded: 'Delete unused secrets.',
  rate_limited: 'Slow down.',
  unavailable: 'Try again later.',
};

/** Returns a failure of the store. Only the code of its body is kept: the rest may quote the request. */
export function httpError(status: number, body: unknown, headers: Headers): SecretError {
  const vendorCode = codeIn(body);
  const redirect = status >= 300 && status < 400;
  const code =
    codes.get(vendorCode) ??
    statuses.get(status) ??
    (redirect || status >= 500 || body === undefined ? 'unavailable' : 'unknown');
  const seconds = Number.parseFloat(headers.get('retry-after') ?? '');
  return new SecretError(code, `HTTP ${status}. ${remedies[code] ?? 'See details.'}`, {
    retryAfterMs: seconds * 1_000, // NaN is dropped
    details: { status, ...(vendorCode !== undefined && { vendorCode }) },
  });
}

function codeIn(body: unknown): string | undefined {
  const { error } = (body ?? {}) as { readonly error?: { readonly code?: unknown } | null };
  return typeof error?.code === 'string' ? error.code : undefined;
}
