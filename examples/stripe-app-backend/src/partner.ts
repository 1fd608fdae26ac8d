import { type Secret, seal } from '@secretkit/core';
import { HttpFailure } from './http-failure.js';

/** What the partner gives for a code, or for a refresh token: tokens, sealed before anybody can log them. */
export interface Grant {
  /** It expires. */
  readonly accessToken: Secret;
  /** It is good for one refresh. */
  readonly refreshToken: Secret;
}

/** The partner's API. */
export interface Partner {
  /** @throws `HttpFailure`: 401 for a client secret that is refused, 400 for a code or refresh token that is. */
  grant(
    by: { readonly code: string } | { readonly refreshToken: Secret },
    clientSecret: Secret,
  ): Promise<Grant>;
  /** @throws `HttpFailure`: 401 for a token that is refused. */
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
