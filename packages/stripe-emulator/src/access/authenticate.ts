import type { IncomingHttpHeaders } from 'node:http';
import type { RequestContext } from '../api/api-request.js';
import { accountAndContext, liveKeyRefused } from '../api/emulator-failures.js';
import { assumedFailure, badKey, noKey } from '../api/stripe-failures.js';
import type { Mode } from '../store/secret-space.js';
import { maskKey } from './mask-key.js';

/** A key the emulator knows more about than its prefix says. */
export interface EmulatedKey {
  /** The made-up key: `sk_test_…`, `rk_test_…`, or a live one if live keys are allowed. */
  readonly key: string;
  /** The account that the key belongs to. @defaultValue the `ownAccount` option */
  readonly account?: string | undefined;
  /** `sandbox` keeps the data of this key apart from test data. @defaultValue what the prefix says */
  readonly mode?: Mode | undefined;
  /** Whether a restricted key has the permission for secrets. @defaultValue false */
  readonly secretWrite?: boolean | undefined;
}

/** Who is calling, without the key itself. */
export interface Caller {
  /** The account the key belongs to: rate limits and idempotency keys count here. */
  readonly keyAccount: string;
  /** The account the request is about. */
  readonly account: string;
  readonly mode: Mode;
}

/**
 * Finds out who calls and whether they may.
 *
 * @throws ApiFailure 401 for the key, 403 for the account or the permission
 */
export function authenticate(headers: IncomingHttpHeaders, { options, state }: RequestContext): Caller {
  const { assume, keys, ownAccount } = options;
  const key = readKey(headers.authorization);
  if (key === undefined || key === '') throw noKey();
  const kind = /^(sk|rk)_(test|live)_\w+$/.exec(key);
  if (kind?.[2] === 'live' && !options.allowLiveKeys) throw liveKeyRefused();
  const entry = keys?.get(key);
  if (!kind || (keys && !entry)) throw badKey(maskKey(key));

  const keyAccount = entry?.account ?? ownAccount;
  const account = readAccount(headers) ?? keyAccount;
  if (account !== keyAccount && !state.installations.isInstalled(account)) {
    throw assumedFailure(assume.errors, 'accountInvalid', { key: maskKey(key), account });
  }
  if (!state.permissions.appMayUse(account))
    throw assumedFailure(assume.errors, 'permissionMissing', { account });
  if (kind[1] === 'rk' && !state.permissions.restrictedKeyMayUse(key)) {
    throw assumedFailure(assume.errors, 'keyPermissionMissing', { key: maskKey(key), account });
  }
  return { keyAccount, account, mode: entry?.mode ?? (kind[2] === 'live' ? 'live' : 'test') };
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
  const named = account || context;
  return typeof named === 'string' ? named : undefined;
}
