import type { SecretErrorCode } from '@secretkit/core/provider';
import type { HttpErrors } from '@secretkit/http';

/** The store's own codes. They decide first: a status may come from any proxy in between. */
const codes: ReadonlyMap<unknown, SecretErrorCode> = new Map([
  ['throttled', 'rate_limited'],
  ['write_in_progress', 'unavailable'], // an earlier attempt of the same write: a 409 that is not a conflict
  ['store_full', 'quota_exceeded'],
]);

/** Where the status says it all, the kit has a sentence for it. */
const problems: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ['store_full', 'the store is full. Delete unused secrets.'],
  [403, 'the token lacks access. Grant the token access to this account.'],
]);

/** Returns what a failure of the store means. Only the code of its body is kept: the rest may quote the request. */
export const httpErrors: HttpErrors = ({ status, body }) => {
  const vendorCode = codeIn(body);
  return {
    code: codes.get(vendorCode), // without one, the status decides
    problem: problems.get(vendorCode) ?? problems.get(status),
    vendorCode,
  };
};

function codeIn(body: object | undefined): string | undefined {
  const { error } = (body ?? {}) as { readonly error?: { readonly code?: unknown } | null };
  const code = error?.code;
  return typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? code : undefined; // a proxy may echo anything
}
