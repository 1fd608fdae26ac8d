import type { IncomingHttpHeaders } from 'node:http';
import type { RequestContext } from '../api/api-request.js';
import { accountAndContext, liveKeyRefused } from '../api/emulator-failures.js';
import { assumedFailure, badKey, missingKey } from '../api/stripe-failures.js';
import type { Mode } from '../store/secret-space.js';
import { maskKey } from './mask-key.js';

/** The caller of a request, without the key. */
export interface Caller {
  /** Account of the key. Rate limits and idempotency keys belong to this account. */
  readonly keyAccount: string;
  /** Account whose secrets the request reads or writes. */
  readonly account: string;
  readonly mode: Mode;
  /** The only user whose scope the request may use. Absent for a key, which may use the scopes of all users. */
  readonly user?: string;
}

/**
 * Authenticates a request, and checks the account and the permission.
 *
 * @throws `ApiFailure` 401 for an invalid key, 403 for an account without the app and for a missing permission.
 */
export function authenticate(headers: IncomingHttpHeaders, context: RequestContext): Caller {
  const { options, state, session } = context;
  if (session) return sessionCaller(session, context);
  const { assume, keys, ownAccount } = options;
  const key = readKey(headers.authorization);
  if (key === undefined || key === '') throw missingKey();
  const kind = /^(sk|rk)_(test|live)_\w+$/.exec(key);
  if (kind?.[2] === 'live' && !options.allowLiveKeys) throw liveKeyRefused();
  const entry = keys?.get(key);
  if (!kind || (keys && !entry)) throw badKey(maskKey(key));

  const keyAccount = entry?.account ?? ownAccount;
  const account = readAccount(headers) ?? keyAccount;
  checkApp(account, account === keyAccount, maskKey(key), context);
  if (kind[1] === 'rk' && !state.permissions.restrictedKeyMayUse(key)) {
    throw assumedFailure(assume.errors, 'keyPermissionMissing', { key: maskKey(key), account });
  }
  return { keyAccount, account, mode: entry?.mode ?? (kind[2] === 'live' ? 'live' : 'test') };
}

/** The caller of a UI extension: the app, on the account of the session, for its user. */
function sessionCaller(
  { account, user }: NonNullable<RequestContext['session']>,
  context: RequestContext,
): Caller {
  checkApp(account, account === context.options.ownAccount, 'of the Dashboard', context);
  return { keyAccount: account, account, mode: 'test', user };
}

function checkApp(
  account: string,
  isOwn: boolean,
  key: string,
  { options: { assume }, state }: RequestContext,
): void {
  if (!isOwn && !state.installations.isInstalled(account)) {
    throw assumedFailure(assume.errors, 'accountInvalid', { key, account });
  }
  if (!state.permissions.appMayUse(account)) {
    throw assumedFailure(assume.errors, 'permissionMissing', { account });
  }
}

function readKey(authorization: string | undefined): string | undefined {
  const [scheme, value] = authorization?.trim().split(/\s+/, 2) ?? [];
  if (scheme?.toLowerCase() === 'bearer') return value ?? '';
  if (scheme?.toLowerCase() !== 'basic' || value === undefined) return undefined;
  return Buffer.from(value, 'base64').toString('utf8').split(':', 1)[0];
}

function readAccount(headers: IncomingHttpHeaders): string | undefined {
  const account = headers['stripe-account'];
  const context = headers['stripe-context'];
  if (account && context && account !== context) throw accountAndContext();
  const requested = account || context;
  return typeof requested === 'string' ? requested : undefined;
}
