import {
  type CallOptions,
  createSecrets,
  type Secret,
  type SecretProvider,
  type SecretRef,
  type SecretScope,
  type UseOptions,
} from '@secretkit/core';
import {
  abortable,
  checkScope,
  invalid,
  isolatesRequests,
  missingError,
  refKey,
  SecretError,
  seal,
  throwIfAborted,
} from '@secretkit/core/provider';
import { type Connection, connectionOf } from './connection.js';
import { headerSecret } from './header-secret.js';
import type { OAuthEvent } from './oauth-event.js';
import { checkOAuthOptions, type OAuthTokensOptions } from './oauth-options.js';
import { comparedConnection, uncomparedConnection } from './stored-connection.js';
import { tokenEndpoint } from './token-endpoint.js';
import { recordOf, type TokenRecord, type TokenResponse } from './token-record.js';
import type { TokenStore } from './token-store.js';

/** Connections with an OAuth server, one for each scope. `{}` is the default scope of the store. */
export interface OAuthTokens extends AsyncDisposable {
  /**
   * Returns an access token that has not expired. Close to its expiry it is renewed in the background.
   * @throws `not_found` if nobody has connected; `unauthenticated` if the server has ended the connection; as the store and the
   * token endpoint.
   */
  token(scope: SecretScope, options?: CallOptions): Promise<Secret>;
  /**
   * Calls `run` with an access token. If it is refused, by a 401 unless `authFailure` has other statuses, the token is renewed,
   * once for any number of refusals, and `run` is called once more.
   * @throws The failure of `run`, else as `token`.
   */
  use<T>(scope: SecretScope, run: (token: Secret) => Promise<T> | T, options?: UseOptions): Promise<T>;
  /**
   * Stores the first tokens: the answer of the token endpoint to your authorization code. It replaces any others.
   * @throws `invalid_argument` without an access token and a refresh token, and for tokens that are too long for the store.
   */
  connect(scope: SecretScope, response: TokenResponse): Promise<void>;
  /** Removes the tokens from the store. A renewal in flight does not bring them back. */
  disconnect(scope: SecretScope): Promise<void>;
  /** Waits for renewals and writes in flight, for `persistMs` at most. The secrets client stays open. */
  close(): Promise<void>;
}

/** A process remembers so many connections; one that is forgotten is read again. */
const maxConnections = 10_000;

/**
 * Returns connections whose access tokens renew themselves: one JSON secret each, in any store that can write.
 *
 * @throws `TypeError` or `RangeError` for wrong options; `unsupported` if the store cannot write.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { oauthTokens } from '@secretkit/oauth';
 *
 * const secrets = createSecrets(memorySecrets());
 * const oauth = oauthTokens(secrets, { tokenEndpoint: 'https://partner.example/token', clientId: 'example' });
 * await oauth.connect({ account: 'acct_1' }, { access_token: 'example', refresh_token: 'example', expires_in: 3600 });
 * console.log(await oauth.token({ account: 'acct_1' })); // [secret]
 * ```
 */
export function oauthTokens(secrets: TokenStore, options: OAuthTokensOptions): OAuthTokens {
  const settings = checkOAuthOptions(options);
  for (const capability of ['set', 'delete'] as const) {
    if (secrets.can(capability)) continue;
    const problem = `oauthTokens needs a store that can ${capability}. Use one that can write, and no readOnly middleware.`;
    throw new SecretError('unsupported', problem);
  }
  const { name, header, now, onEvent, assumedLifeMs } = settings;
  const { compareAndSet } = secrets;
  const compares = secrets.can('compareAndSet') && compareAndSet !== undefined;
  const maxSize = settings.maxSize ?? (compares ? Number.POSITIVE_INFINITY : 5_000);
  const grant = tokenEndpoint(secrets, settings);
  const shares = !isolatesRequests();
  const connections = new Map<string, Connection>();
  let closed = false;

  function refOf(scope: SecretScope): SecretRef {
    const { account, user } = checkScope(scope);
    return account === undefined && user === undefined ? { name } : { name, scope };
  }

  function emit(event: OAuthEvent): void {
    try {
      const result: unknown = onEvent?.(event);
      if (result instanceof Promise) result.catch(() => undefined);
    } catch {
      // A listener must not end a renewal.
    }
  }

  function connectionAt(ref: SecretRef): Connection {
    if (closed)
      throw new SecretError('closed', 'oauthTokens has been closed. Close it after the code that uses it.');
    const key = refKey(ref);
    const known = connections.get(key);
    if (known) return known;
    const stored = compares
      ? comparedConnection({ ...secrets, compareAndSet }, ref)
      : uncomparedConnection(secrets, ref);
    const connection = connectionOf({
      ref,
      stored,
      grant,
      header:
        header &&
        headerSecret(secrets, ref, header, stored.readFresh, (code) =>
          emit({ kind: 'header-behind', ref, code }),
        ),
      settings,
      maxSize,
      shares,
      missing: () => missingError(secrets, ref),
      emit,
    });
    forgetOne();
    connections.set(key, connection);
    return connection;
  }

  function forgetOne(): void {
    if (connections.size < maxConnections) return;
    const idle = [...connections].find(([, { isIdle }]) => isIdle);
    if (idle) connections.delete(idle[0]);
  }

  const sealed = new WeakMap<TokenRecord, Secret>();
  function secretOf(record: TokenRecord): Secret {
    const known = sealed.get(record) ?? seal(record.accessToken, { expiresAt: new Date(record.expiresAtMs) });
    sealed.set(record, known);
    return known;
  }

  // The client of this provider finds refused tokens, in exceptions and responses, and asks for a fresh one.
  const tokens: SecretProvider = {
    name: 'oauth',
    async get(ref, { fresh }) {
      const connection = connectionAt(ref);
      const record = fresh ? connection.renewed(connection.latest?.accessToken) : connection.current();
      return secretOf(await record);
    },
    memory: {
      cached: (ref) => (touch) => {
        const latest = touch ? undefined : connections.get(refKey(ref))?.latest;
        return latest && { secret: secretOf(latest) };
      },
    },
  };
  const client = createSecrets(tokens, { authCooldownMs: 1_000, now });

  async function close(): Promise<void> {
    closed = true;
    await Promise.all([...connections.values()].map((each) => each.settled()));
  }

  return Object.freeze<OAuthTokens>({
    async token(scope, { signal } = {}) {
      throwIfAborted(signal);
      return secretOf(await abortable(connectionAt(refOf(scope)).current(), signal));
    },
    async use(scope, run, useOptions) {
      return client.use(refOf(scope), run, useOptions);
    },
    async connect(scope, response) {
      const record = recordOf(Object(response) as TokenResponse, { issuedAtMs: now(), assumedLifeMs });
      if (!record) {
        throw invalid(
          'connect: response must have an access_token and a refresh_token. Request offline access at the server.',
        );
      }
      await connectionAt(refOf(scope)).create(record);
    },
    async disconnect(scope) {
      await connectionAt(refOf(scope)).remove();
    },
    close,
    [Symbol.asyncDispose]: close,
  });
}
