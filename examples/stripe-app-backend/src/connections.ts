import {
  isSecretError,
  type ScopedSecrets,
  type Secret,
  type SecretErrorCode,
  type Secrets,
} from '@secretkit/core';
import { scopeKey } from '@secretkit/core/provider';
import type { Identity } from './identity.js';
import type { Grant, Partner } from './partner.js';

/** A user's connection with the partner: an access token that expires, and a refresh token. */
export interface Connections {
  /** Stores the tokens that the partner grants for a code. */
  connect(tenant: Tenant, code: string): Promise<void>;
  /**
   * Calls `run` with a valid token. A token close to its expiry is renewed in the background, once for any number of
   * requests.
   *
   * @throws `not_found` for a user who has not connected; the failure of `run`.
   */
  withToken<T>(tenant: Tenant, run: (token: Secret) => Promise<T>): Promise<T>;
  /** Resolves when no renewal is in flight. */
  settled(): Promise<void>;
}

/** The owner of a connection, and a client in the owner's scope. */
export interface Tenant extends Identity {
  readonly secrets: ScopedSecrets;
}

export interface ConnectionsOptions {
  readonly secrets: Secrets;
  readonly partner: Partner;
  readonly now: () => number;
  /** Called for a renewal that fails while the token is still valid. */
  readonly onFailure: (tenant: Identity, code: SecretErrorCode | 'partner') => void;
}

const renewAheadMs = 5 * 60_000;

export function connections({ secrets, partner, now, onFailure }: ConnectionsOptions): Connections {
  const renewals = new Map<string, Promise<void>>();
  const unsaved = new Map<string, Grant>();

  const isGoodFor = (token: Secret | undefined, ms: number): token is Secret =>
    token?.expiresAt !== undefined && token.expiresAt.getTime() - now() > ms;

  // The partner has invalidated the previous tokens: the new ones are kept here until they are stored.
  async function save(tenant: Tenant, grant: Grant): Promise<void> {
    unsaved.set(keyOf(tenant), grant);
    await tenant.secrets.set('refresh-token', grant.refreshToken);
    await tenant.secrets.set('access-token', grant.accessToken);
    unsaved.delete(keyOf(tenant));
  }

  async function renew(tenant: Tenant): Promise<void> {
    const held = unsaved.get(keyOf(tenant));
    if (held && isGoodFor(held.accessToken, renewAheadMs)) return save(tenant, held);
    // Fresh: another process may have renewed it. And a store that is down could not keep the new tokens.
    const stored = await tenant.secrets.get('access-token', { fresh: true });
    if (isGoodFor(stored, renewAheadMs)) return;
    const refreshToken =
      held?.refreshToken ?? (await tenant.secrets.require('refresh-token', { fresh: true }));
    try {
      await save(tenant, await grantFor({ refreshToken }));
    } catch (error) {
      if (unsaved.has(keyOf(tenant))) throw error;
      // A refresh token is valid once: another process may have been faster.
      const other = await tenant.secrets.get('access-token', { fresh: true });
      if (!isGoodFor(other, renewAheadMs)) throw error;
    }
  }

  // `use` handles a rotated client secret: refused once, read again, tried again.
  function grantFor(by: Parameters<Partner['grant']>[0]): Promise<Grant> {
    return secrets.use('partner-client-secret', (clientSecret) => partner.grant(by, clientSecret));
  }

  function renewOnce(tenant: Tenant): Promise<void> {
    const key = keyOf(tenant);
    const inFlight = renewals.get(key) ?? renew(tenant).finally(() => renewals.delete(key));
    renewals.set(key, inFlight);
    return inFlight;
  }

  return {
    async connect(tenant, code) {
      await save(tenant, await grantFor({ code }));
    },

    async withToken(tenant, run) {
      const key = keyOf(tenant);
      const token = unsaved.get(key)?.accessToken ?? (await tenant.secrets.get('access-token'));
      if (!isGoodFor(token, 0)) {
        await renewOnce(tenant).catch((error: unknown) => {
          if (!isGoodFor(unsaved.get(key)?.accessToken, 0)) throw error;
        });
      } else if (unsaved.has(key) || !isGoodFor(token, renewAheadMs)) {
        renewOnce(tenant).catch((error: unknown) => {
          onFailure(
            { account: tenant.account, user: tenant.user },
            isSecretError(error) ? error.code : 'partner',
          );
        });
      }
      const held = unsaved.get(key)?.accessToken;
      return held ? run(held) : tenant.secrets.use('access-token', run);
    },

    async settled() {
      await Promise.allSettled(renewals.values());
    },
  };
}

function keyOf({ account, user }: Identity): string {
  return scopeKey({ account, user });
}
