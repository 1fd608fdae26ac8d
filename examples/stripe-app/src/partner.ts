import type { Secret } from '@secretkit/core';
import type { TokenResponse } from '@secretkit/oauth';
import { HttpFailure } from './http-failure.js';

/** The partner's API. */
export interface Partner {
  /** Exchanges the code of a user who has just agreed. @throws `HttpFailure`: 401 for a refused client secret, 400 for a refused code. */
  exchange(code: string, clientSecret: Secret): Promise<TokenResponse>;
  /** @throws `HttpFailure`: 401 for a refused token. */
  orders(accessToken: Secret): Promise<unknown>;
}

export function partnerAt(url: string): Partner {
  async function ask(path: string, init: RequestInit): Promise<unknown> {
    const response = await fetch(url + path, { signal: AbortSignal.timeout(5_000), ...init });
    if (!response.ok) throw new HttpFailure('the partner', response.status);
    return response.json();
  }

  return {
    async exchange(code, clientSecret) {
      const body = new URLSearchParams({
        client_id: 'example',
        client_secret: clientSecret.reveal(),
        grant_type: 'authorization_code',
        code,
      });
      return (await ask('/oauth/token', { method: 'POST', body })) as TokenResponse; // connect() checks it
    },

    orders: (accessToken) => ask('/orders', { headers: { authorization: `Bearer ${accessToken.reveal()}` } }),
  };
}
