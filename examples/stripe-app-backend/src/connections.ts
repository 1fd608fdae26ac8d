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

/** A user's connection with the partner: a token that expires, and one that renews it. */
export interface Connections {
  /** Stores what the partner gives for a code. */
  connect(tenant: Tenant, code: string): Promise<void>;
  /**
   * Runs with a token that is alive. One that is about to die is renewed beside it: nobody waits, and there is one renewal
   * for however many requests.
   *
   * @throws `not_found` for a user who has not connected; what `run` throws.
   */
  withToken<T>(tenant: Tenant, run: (token: Secret) => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

/** Whose connection it is, and the client that sees nothing else. */
export interface Tenant extends Identity {
  readonly secrets: ScopedSecrets;
}

export interface ConnectionsOptions {
  readonly secrets: Secrets;
  readonly partner: Partner;
  readonly now: () => number;
  /** Told of renewals that failed while the token was still good. */
  readonly onFailure: (tenant: Identity, code: SecretErrorCode | 'partner') => void;
}

const renewAheadMs = 5 * 60_000;

export function connections({ secrets, partner, now, onFailure }: ConnectionsOptions): Connections {
  const renewals = new Map<string, Promise<void>>();
  const unsaved = new Map<string, Grant>();

  const isGoodFor = (token: Secret | undefined, ms: number): token is Secret =>
    token?.expiresAt !== undefined && token.expiresAt.getTime() - now() > ms;

  // The partner has forgotten the tokens before: until the new ones are stored, they live here.
  async function save(tenant: Tenant, grant: Grant): Promise<void> {
    unsaved.set(keyOf(tenant), grant);
    await tenant.secrets.set('refresh-token', grant.refreshToken);
    await tenant.secrets.set('access-token', grant.accessToken);
    unsaved.delete(keyOf(tenant));
  }

  async function renew(tenant: Tenant): Promise<void> {
    const held = unsaved.get(keyOf(tenant));
    if (held && isGoodFor(held.accessToken, renewAheadMs)) return save(tenant, held);
    // Fresh: another process may have renewed it. And a store that is down could not keep what the partner would give.
    const stored = await tenant.secrets.get('access-token', { fresh: true });
    if (isGoodFor(stored, renewAheadMs)) return;
    const refreshToken =
      held?.refreshToken ?? (await tenant.secrets.require('refresh-token', { fresh: true }));
    try {
      await save(tenant, await grantFor({ refreshToken }));
    } catch (error) {
      if (unsaved.has(keyOf(tenant))) throw error;
      // A refresh token is good once: was another process faster?
      const other = await tenant.secrets.get('access-token', { fresh: true });
      if (!isGoodFor(other, renewAheadMs)) throw error;
    }
  }

  // A client secret that was rotated is met by `use`: refused once, read anew, tried again.
  function grantFor(by: Parameters<Partner['grant']>[0]): Promise<Grant> {
    return secrets.use('partner-client-secret', (clientSecret) => partner.grant(by, clientSecret));
  }

  function renewOnce(tenant: Tenant): Promise<void> {
    const key = keyOf(tenant);
    const underWay = renewals.get(key) ?? renew(tenant).finally(() => renewals.delete(key));
    renewals.set(key, underWay);
    return underWay;
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
