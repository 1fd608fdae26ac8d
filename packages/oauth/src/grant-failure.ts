import { SecretError, type SecretErrorCode } from '@secretkit/core/provider';

/**
 * What a failed grant means for the refresh token:
 *
 * - `ended`: the server refused it;
 * - `kept`: it was not used;
 * - `lost`: the server may have used it, and its answer did not arrive;
 * - `late`: it was not sent, because the lease is almost over.
 */
export type GrantOutcome = 'ended' | 'kept' | 'lost' | 'late';

/** A grant that failed. Its `failure` has no part of the answer but the status, and a code that OAuth defines. */
export class GrantFailure extends Error {
  constructor(
    readonly outcome: GrantOutcome,
    readonly failure: SecretError,
  ) {
    super(failure.message);
  }
}

const rows: Readonly<Record<string, readonly [SecretErrorCode, string]>> = {
  invalid_grant: ['unauthenticated', 'the server refused the refresh token. Ask the user to connect again.'],
  invalid_client: [
    'permission_denied',
    'the server refused the application. Check clientId, the secret that clientSecret names, and clientAuth.',
  ],
  unauthorized_client: [
    'permission_denied',
    'the application may not use refresh tokens. Allow the grant type refresh_token at the server.',
  ],
  access_denied: [
    'permission_denied',
    'the server denied the application access. Check its settings at the server.',
  ],
  invalid_request: [
    'invalid_argument',
    'the server refused the request as invalid. Check tokenEndpoint and clientAuth.',
  ],
  unsupported_grant_type: [
    'invalid_argument',
    'the endpoint does not know refresh tokens. Check tokenEndpoint, and the settings at the server.',
  ],
  invalid_scope: [
    'invalid_argument',
    'the server refused the scope. Ask the user to connect again with a valid one.',
  ],
};

const otherRefusal = [
  'invalid_argument',
  'the server refused the request. Check tokenEndpoint and the settings at the server.',
] as const;

/** Returns the failure of an answer with an error code, as RFC 6749 defines it in section 5.2. */
export function refusedGrant(status: number, error: string, retryAfterMs: number | undefined): GrantFailure {
  const isKnown = Object.hasOwn(rows, error);
  const [code, problem] = rows[isKnown ? error : ''] ?? otherRefusal;
  const details = { status, ...(isKnown && { vendorCode: error }) }; // any other text may be anything
  const outcome = error === 'invalid_grant' ? 'ended' : 'kept';
  return new GrantFailure(
    outcome,
    new SecretError(code, `HTTP ${status}: ${problem}`, { details, retryAfterMs }),
  );
}
