export type {
  ConnectionEndedEvent,
  HeaderBehindEvent,
  OAuthEvent,
  RenewalFailedEvent,
  TokensDiscardedEvent,
  TokensRenewedEvent,
  TokensSavedEvent,
  TokensUnsavedEvent,
} from './oauth-event.js';
export type { HeaderOptions, OAuthTokensOptions } from './oauth-options.js';
export { type OAuthTokens, oauthTokens } from './oauth-tokens.js';
export type { TokenResponse } from './token-record.js';
export type { TokenStore } from './token-store.js';
