import type { Secrets } from '@secretkit/core';
import { type OAuthEvent, type OAuthTokens, oauthTokens } from '@secretkit/oauth';

export interface ConnectionsOptions {
  readonly secrets: Secrets;
  /** The base URL of the partner's API. */
  readonly partnerUrl: string;
  readonly now: () => number;
  readonly onEvent: (event: OAuthEvent) => void;
}

/** The name of the secret that holds the partner's password for this app. */
export const clientSecret = 'partner-client-secret';

/** Returns the users' connections with the partner: one secret for each, in the scope of the user. */
export function connections({ secrets, partnerUrl, now, onEvent }: ConnectionsOptions): OAuthTokens {
  return oauthTokens(secrets, {
    tokenEndpoint: `${partnerUrl}/oauth/token`,
    clientId: 'example',
    clientSecret,
    clientAuth: 'post',
    renewAheadMs: 5 * 60_000,
    persistMs: 1_000,
    now,
    onEvent,
  });
}
