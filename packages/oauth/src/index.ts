/**
 * ## Calls
 *
 * `{}` is the default scope. Put a cache and a timeout in the stack, such as `recommended()`: a token is read from the store otherwise,
 * each time, and a store that hangs delays its callers.
 *
 * If a renewal in `use` fails, the caller gets the refusal, and the next call the failure of the renewal.
 *
 * ## One grant a renewal
 *
 * Most servers rotate refresh tokens: each can be used once, and a strict server ends the whole connection when an old one is used. So a
 * renewal is a small protocol:
 *
 * 1. Read the connection from the backend. If another process has renewed it, use that.
 * 2. Take the lease: one process renews, and others wait, or serve the token that they have.
 * 3. Send the refresh token, if the lease still lasts long enough; that is checked just before the request.
 * 4. Store the new tokens, only in place of those that were sent. Then callers get the access token.
 *
 * Calls of one process share a renewal, whatever the store. Across processes, the store decides:
 *
 * | store | across processes |
 * | --- | --- |
 * | with `compareAndSet`: sealed tables, Vault KV v2 | one grant a renewal, as long as no process stalls past its lease. The lease is in the same secret, so that each write notices others |
 * | without it: Stripe's Secret Store, Vault KV v1 | best effort: the lease is a second secret, `oauth.lease`, which is written, and read after 150 ms. Use one writer, or a server with a reuse window |
 * | memory | one process only |
 *
 * - **A reuse window** is the time for which a server accepts a used refresh token again. Set `reuseWindowMs` if yours has one. A lost
 *   answer is then repeated with the same token. Without a window it is not, as long as the access token is good: a repetition could end
 *   it. Then nothing is left to lose, and the next call sends the token again.
 * - **What cannot be won back**: on a strict server, a connection is lost if the answer to a renewal is lost, if a process ends between
 *   the answer and the write, or if a process stalls past its lease. A window longer than `leaseMs` plus `timeoutMs` prevents all three.
 * - **Clocks** of different hosts may differ by `(leaseMs − timeoutMs) / 2`.
 * - **A connection ends** only by `invalid_grant`, after another look at the store: a newer refresh token there is used. Otherwise the
 *   call rejects with `unauthenticated`, and so do later ones, without another grant. Nothing is deleted. Connect again.
 * - **A store that refuses the new tokens** delays callers for `persistMs`. Then they get the token from memory, with the event
 *   `unsaved`, and the write is repeated in the background. No renewal begins while the store takes no lease.
 * - **A token without a usable `expires_in`** lives for `assumedLifeMs`. A number that is negative, or more than a year, is not usable.
 * - **Tokens that are too long** for the store, with a reserve of 250 characters, are refused by `connect`, and before each grant.
 * - **On Cloudflare Workers** requests do not share a renewal in memory; they take turns by the lease.
 *
 * ## The header of a token
 *
 * Some servers send a stored value as it is, such as Stripe for `endpoints[].auth` of an app's manifest. For these, `header` writes the
 * whole header to a second secret, after the tokens. It may be behind for a moment, and is corrected at the next read of a process that
 * has not seen the tokens before. This option is a preview.
 *
 * ## The secret
 *
 * ```json
 * {
 *   "id": "0b8f7c1e-…",
 *   "access_token": "…",
 *   "refresh_token": "…",
 *   "scope": "read write",
 *   "issued_at": "2030-01-01T00:00:00.000Z",
 *   "expires_at": "2030-01-01T01:00:00.000Z"
 * }
 * ```
 *
 * Other readers take a part by its field: `secrets.get({ name: 'oauth', field: 'access_token' })`. They must not renew it.
 *
 * ## Events
 *
 * An event has the `ref` of the connection, and a code or a date; never a token.
 *
 * | kind | meaning |
 * | --- | --- |
 * | `renewed` | the store has new tokens |
 * | `failed` | a renewal failed with `code`, and the connection stays |
 * | `ended` | the server refused the refresh token: ask the user to connect again. Once a process |
 * | `unsaved` | a warning: the store did not take the new tokens; they are used from memory |
 * | `saved` | the store has taken them |
 * | `discarded` | new tokens were dropped, because the connection was removed or replaced during the renewal |
 * | `header-behind` | the secret with the header could not be written |
 *
 * ## Errors
 *
 * | code | cause | the connection |
 * | --- | --- | --- |
 * | `not_found` | nobody has connected, or the connection was removed; or the client secret is missing | – |
 * | `unauthenticated` | `invalid_grant`, and the store has no newer tokens | has ended: connect again |
 * | `permission_denied` | `invalid_client`, `unauthorized_client`, `access_denied`: a mistake of configuration | stays; tried again with backoff |
 * | `invalid_argument` | another refusal with 4xx; or tokens that are too long for the store | stays; tried again with backoff |
 * | `unavailable` | 408, 429, 5xx, a page of HTML, the network; or other processes renew for too long | stays; the next call begins anew |
 * | `timeout` | the token endpoint did not answer within `timeoutMs` | stays; the next call begins anew |
 * | `invalid_data` | the answer has no tokens; or the secret holds none | stays |
 * | `closed` | a call after `close()` | – |
 * | the store's | the store failed before the grant | stays |
 *
 * A message has the status and an error code that OAuth defines, and nothing else of the answer. `Retry-After` is a floor for the next
 * attempt.
 *
 * ## Proof
 *
 * `npm run proof -- oauth` starts a real OAuth server with refresh tokens that work once, `oidc-provider`, and renews a connection 20
 * times under 1,000 concurrent calls of up to 10 processes: the API refuses its token, or its expiry passes. Then it ends and stops
 * processes, and fails the server and the store, for ten minutes. It fails if a renewal needs more than one grant, if a call gets a token
 * that the API refuses, if a server with a reuse window loses a connection, or if a connection that a strict server ended is not explained,
 * from the logs of the server and the store, by a lost answer, a lost write or a lease overrun. On a machine with two cores:
 *
 * | store | processes | calls | renewals | grants | refused calls | connections lost |
 * | --- | --- | --- | --- | --- | --- | --- |
 * | memory of one process | 1 | 20,000 | 20 | 20 | 0 | 0 of 1 |
 * | a server with `compareAndSet` | 10 | 20,000 | 20 | 20 | 0 | 0 of 1 |
 * | sealed records in PostgreSQL | 10 | 20,000 | 20 | 20 | 0 | 0 of 1 |
 * | OpenBao, KV version 2 | 10 | 20,000 | 20 | 20 | 0 | 0 of 1 |
 * | the Stripe emulator, one writer | 1 | 20,000 | 20 | 20 | 0 | 0 of 1 |
 * | 10 minutes of chaos, 911 troubles, a server with a reuse window | 4 | 20,986 | 1,308 | 1,427 | 188 | 0 of 10 |
 * | 10 minutes of chaos, 908 troubles, a strict server | 4 | 21,128 | 1,099 | 1,204 | 1,242 | 104 of 112: 98 lost answers, 6 lost writes |
 *
 * @packageDocumentation
 */

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
