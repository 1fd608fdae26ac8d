import { type Secret, seal } from '@secretkit/core';
import { HttpFailure } from './http-failure.js';

/** The tokens that the partner grants for a code or a refresh token, sealed at once. */
export interface Grant {
  /** Has an expiry. */
  readonly accessToken: Secret;
  /** Valid for one refresh. */
  readonly refreshToken: Secret;
}

/** The partner's API. */
export interface Partner {
  /** @throws `HttpFailure`: 401 for a refused client secret, 400 for a refused code or refresh token. */
  grant(
    by: { readonly code: string } | { readonly refreshToken: Secret },
    clientSecret: Secret,
  ): Promise<Grant>;
  /** @throws `HttpFailure`: 401 for a refused token. */
  orders(accessToken: Secret): Promise<unknown>;
}

export function partnerAt(url: string, now: () => number): Partner {
  async function ask(path: string, init: RequestInit): Promise<Record<string, unknown>> {
    const response = await fetch(url + path, { signal: AbortSignal.timeout(5_000), ...init });
    if (!response.ok) throw new HttpFailure('the partner', response.status);
    return (await response.json()) as Record<string, unknown>;
  }

  return {
    async grant(by, clientSecret) {
      const askedAt = now();
      const granted = await ask('/oauth/token', {
        method: 'POST',
        body: new URLSearchParams({
          client_secret: clientSecret.reveal(),
          ...('code' in by
            ? { grant_type: 'authorization_code', code: by.code }
            : { grant_type: 'refresh_token', refresh_token: by.refreshToken.reveal() }),
        }),
      });
      const expiresAt = new Date(askedAt + Number(granted['expires_in']) * 1_000);
      return {
        accessToken: seal(String(granted['access_token']), { expiresAt }),
        refreshToken: seal(String(granted['refresh_token'])),
      };
    },

    orders: (accessToken) => ask('/orders', { headers: { authorization: `Bearer ${accessToken.reveal()}` } }),
  };
}
