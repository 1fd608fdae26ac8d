/**
 * ## Scopes, modes and versions
 *
 * **Scopes.** `scope.account` becomes the header `Stripe-Account` or `Stripe-Context`. `scope.user` becomes Stripe's user scope. A
 * Stripe instance that is configured with one of the two headers keeps that header: one request with both headers could name two
 * accounts.
 *
 * **Mode.** With a client of this package whose key contains `_test_` or `_live_`, `livemode` is checked when the provider is
 * created. With any other client or key, it is checked in each response, which is too late to prevent a write.
 *
 * **Versions.** The newest releases of stripe-node 17 to 23 are tested, with stripe-node's HTTP client for Node and with its fetch
 * client; and `createStoreClient`, with the API version of 23.
 *
 * ## Reads, writes and limits
 *
 * - One name is one `find` request. Two or more names of a scope are one `list` request with expanded payloads.
 * - Stripe's documentation does not say whether lists contain payloads. If a list has a secret without its payload, the provider
 *   finds that secret alone. Later batches then find each name alone; a batch of more than ten names finds only the names that a
 *   list contains.
 * - A batch that fails in part keeps the answers it has.
 * - A name and a value have at most 5,000 characters. An expiry must be in the future and at most 100 years ahead. Both are checked
 *   before a request is sent. An expiry is stored in whole seconds, rounded down.
 * - Stripe holds only texts, and no versions: a binary value is `invalid_argument`, and a ref with a version is `unsupported`, both
 *   before a request is sent.
 * - A scope holds at most ten secrets; one more is `quota_exceeded`. Stripe documents no error for this case. So after a refused
 *   write without another meaning, the provider lists the scope and counts its secrets.
 * - stripe-node's own retries are disabled. Use the `retry` middleware. All attempts of one write have the same idempotency key.
 * - A retry of a write whose first attempt is still in progress (`idempotency_key_in_use`) waits for two seconds at least. After a
 *   write that failed and may still be applied, the `cache` middleware keeps no answer for that name, for a minute or until a write
 *   succeeds.
 * - A list that ends early, such as an empty page that has more, is `invalid_data`.
 *
 * ## Your own Stripe instance
 *
 * `stripeSecrets` accepts any Stripe instance, with these differences:
 *
 * - An abort ends the call, but not the request: stripe-node does not accept a signal.
 * - Printing the instance shows its API key.
 * - With stripe-node's fetch client, a framework that patches `fetch`, such as Next.js, may keep the responses with their values, and
 *   a `fresh` read gets an old one. Pass `Stripe.createFetchHttpClient((url, init) => fetch(url, { ...init, cache: 'no-store' }))`.
 * - Some responses have another result: see the last column of the table of faults. A call that never settles ends only
 *   by an abort or by the `timeout` middleware.
 *
 * On Node 20, `fetch` opens a new connection after an aborted request, and closes it after four idle seconds. It ends a TLS
 * handshake that does not complete after ten seconds, also when the call has ended before.
 *
 * ## In a UI extension
 *
 * - Put `timeout` into the stack: the SDK has none.
 * - The Dashboard decides the account. The option `account` is a `TypeError`, and `scope.account` is `invalid_argument`.
 * - The clients of this package are for backends: they bring an HTTP client of their own, and want a key.
 *
 * | failure | code | remedy |
 * | --- | --- | --- |
 * | no Dashboard around the view | `unavailable` | open the view in the Dashboard, with `stripe apps start` |
 * | the Dashboard rejects the request | `unavailable` | reload the Dashboard |
 * | the Dashboard never answers | `timeout` | the timeout of the stack; reload the Dashboard |
 * | its session has expired | `unauthenticated` | reload the Dashboard, and sign in again |
 * | another 401 | `unauthenticated` | there is no API key to correct: reload, and check that the app is installed |
 * | no `secret_write` | `permission_denied` | add it to the manifest, and upload the app again |
 * | another 403, such as another user's scope | `permission_denied` | use the scope of the signed-in user |
 * | a real API key | `unauthenticated` | pass `STRIPE_API_KEY`, and roll that key |
 * | the other mode | `unauthenticated` | switch the mode of the Dashboard |
 *
 * ## Errors
 *
 * Stripe's error code decides first, the HTTP status second. `Stripe-Should-Retry: false` and a replayed response make an error not
 * retryable; `Stripe-Should-Retry: true` does not make an error retryable. A `Retry-After` header becomes `retryAfterMs`; a date
 * in it counts from the `Date` of the response. Stripe does not send that header, but a proxy may. `details` has the status, the
 * request id and Stripe's code. An error never contains a body, a header or the key. The errors of stripe-node may contain them, so
 * they are not passed on.
 *
 * | code | cause | remedy |
 * | --- | --- | --- |
 * | none | `resource_missing` for the name | none: the secret is `undefined` |
 * | `unauthenticated` | the key is wrong, expired, of the other mode, or has a character that a header cannot hold | use a complete, current key of the expected mode |
 * | `permission_denied` | the key or the app lacks `secret_write`, or the app is not installed on the account | add the permission, or ask the account to install the app |
 * | `rate_limited` | too many requests, or a lock; the message has the limit | cache; retry after a backoff |
 * | `quota_exceeded` | the scope holds ten secrets | delete a secret, or use the scope of a user |
 * | `unavailable` | Stripe failed, cannot be reached, or the response is not from Stripe; or an earlier attempt of the same write is still in progress | retry; check for a proxy |
 * | `timeout` | no complete response within the timeout, or HTTP 408 | retry; check the network |
 * | `invalid_argument` | a name, value, expiry or account that Stripe does not accept; a binary value; a `fetch` that returns no readable `Response` | fix the argument |
 * | `conflict` | the idempotency key was used with other parameters, or the request conflicts with another request | use a new idempotency key; read the secret before you retry |
 * | `invalid_data` | the response is JSON, but not the requested secret or list; or the secret has no payload | check for a proxy, and the API version |
 * | `unknown` | a failure that is not in the table | search for the request id in the Dashboard |
 *
 * ## Faults
 *
 * The tests run this table over real sockets, for `get`, `getMany`, `list`, `set` and `delete`. The last column shows how a Stripe
 * instance of your own differs; an empty cell means the same result. "Node" and "fetch" are stripe-node's two HTTP clients. Other failed connections, such as
 * TLS, are in the table of `@secretkit/http`.
 *
 * | fault | result | retryable | difference with your own Stripe instance |
 * | --- | --- | --- | --- |
 * | 429 `rate_limit` | `rate_limited` | yes | |
 * | 429 with `Retry-After: 3` | `rate_limited` | yes | |
 * | 429 `lock_timeout` with `Stripe-Should-Retry: true` | `rate_limited` | yes | |
 * | 429 with `Stripe-Should-Retry: false` | `rate_limited` | no | |
 * | 400 `lock_timeout`: a rate limit with another status | `rate_limited` | yes | |
 * | 400 with `Stripe-Rate-Limited-Reason` | `rate_limited` | yes | |
 * | 500 | `unavailable` | yes | |
 * | 502 | `unavailable` | yes | |
 * | 503 | `unavailable` | yes | |
 * | 504 | `unavailable` | yes | |
 * | 500 with `Stripe-Should-Retry: false` | `unavailable` | no | |
 * | 500 with `Idempotent-Replayed: true` | `unavailable` | no | |
 * | 408 | `timeout` | yes | |
 * | 424 | `unavailable` | yes | |
 * | 409 `idempotency_key_in_use` | `unavailable` | yes | |
 * | 409 without a code | `conflict` | no | |
 * | 400 `idempotency_error`: the idempotency key was used with other parameters | `conflict` | no | |
 * | 400 with another code, such as `parameter_invalid_empty` | `invalid_argument` | no | |
 * | 404 `resource_missing` for the name | get: `undefined`; delete: success; others: `unavailable` | yes | |
 * | 404 `resource_missing` for another object, such as a user | `unavailable` | yes | |
 * | 404 without a code | `unavailable` | yes | |
 * | 401 | `unauthenticated` | no | |
 * | 401 `api_key_expired` | `unauthenticated` | no | |
 * | 403 | `permission_denied` | no | |
 * | 403 `more_permissions_required_for_application` | `permission_denied` | no | |
 * | 400 `account_invalid` | `permission_denied` | no | |
 * | 401 `account_invalid` | `permission_denied` | no | |
 * | 403 `account_invalid` | `permission_denied` | no | |
 * | 402 | `unknown` | no | |
 * | 418, or another status | `unknown` | no | |
 * | 404 `{"message":"Not Found"}`: JSON without an error | `unavailable` | yes | |
 * | 403 `{}`: JSON without an error | `permission_denied` | no | |
 * | 500 `{"message":"boom"}`: JSON without an error | `unavailable` | yes | |
 * | 200 with an API error | `invalid_data` | no | |
 * | 200 `{"error":"invalid_grant"}` | `invalid_data` | no | |
 * | 200 `{"error":5}` | `invalid_data` | no | `unknown` |
 * | 200 `null` | `invalid_data` | no | `unknown` |
 * | 200 `123` | `invalid_data` | no | never settles; an unhandled rejection |
 * | 200 `"text"` | `invalid_data` | no | never settles; an unhandled rejection |
 * | 200 `true` | `invalid_data` | no | never settles; an unhandled rejection |
 * | 403 `5` | `permission_denied` | no | never settles; an unhandled rejection |
 * | 200 `[]` | `invalid_data` | no | |
 * | 200 with another object, such as a customer | `invalid_data` | no | |
 * | 200 with a list whose data is not an array | `invalid_data` | no | |
 * | 200 with an empty list that has more | `invalid_data` | no | |
 * | a secret without a payload | get: `invalid_data`; getMany: `invalid_data`; others: success | no | |
 * | a secret with the payload `null` | get: `invalid_data`; getMany: `invalid_data`; others: success | no | |
 * | a secret with the payload `""` | get: `invalid_data`; getMany: `invalid_data`; others: success | no | |
 * | a secret with another name | get: `invalid_data`; getMany: `undefined`; set: `invalid_data`; others: success | no | |
 * | a secret of another scope | delete: success; others: `invalid_data` | no | |
 * | 503 HTML from an overloaded proxy | `unavailable` | yes | no status |
 * | 502 HTML from a proxy without a backend | `unavailable` | yes | no status |
 * | 403 HTML from a firewall | `unavailable` | yes | no status |
 * | 200 HTML from a captive portal | `unavailable` | yes | no status |
 * | 200 with truncated JSON | `unavailable` | yes | no status |
 * | 200 with an empty body | `unavailable` | yes | no status |
 * | 204 | `unavailable` | yes | no status |
 * | 200 with 50 MB | `unavailable` | yes | `invalid_data`; reads the whole body |
 * | 200 with 50 MB, compressed to 50 kB | `unavailable` | yes | fetch: `invalid_data`; reads the whole body; no status |
 * | 302 to another origin | `unavailable` | yes | fetch: set: `invalid_data`; others: success; follows it; no status |
 * | 307 to another origin | `unavailable` | yes | fetch: success; follows it, and sends a write with its value there; no status |
 * | the connection is refused | `unavailable` | yes | |
 * | the connection is reset before the response | `unavailable` | yes | Node: one retry |
 * | the connection is closed before the response | `unavailable` | yes | Node: one retry |
 * | the first connection is reset, the second works | `unavailable` | yes | Node: success; one retry |
 * | the body is incomplete (content-length) | `unavailable` | yes | no status; up to version 21, Node: never settles |
 * | the body is incomplete (chunked) | `unavailable` | yes | no status; up to version 21, Node: never settles |
 * | no response | `timeout` | yes | |
 * | headers without a body | `timeout` | yes | up to version 21, Node: never settles, fetch: never settles |
 * | a body that arrives byte by byte | `timeout` | yes | Node: success; up to version 21, fetch: success |
 *
 * @packageDocumentation
 */

export type { StripeClient, StripeRequestOptions, StripeScope } from './stripe-client.js';
export type { StripeSecretsOptions } from './stripe-options.js';
export { type StripeSecrets, stripeSecrets } from './stripe-secrets.js';
