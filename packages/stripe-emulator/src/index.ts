/**
 * ## Keys and data
 *
 * A key that starts with `sk_test_` has test mode, a key that starts with `sk_live_` live mode. A key listed with
 * `mode: 'sandbox'` has its own data. A restricted key (`rk_…`) gets a 403 until it has the permission: set `secretWrite: true` in
 * `keys`, or call `emulator.permissions.grant({ key })`. Every account, mode and scope has separate secrets. Apps of different
 * developers share their secrets: run one emulator per developer.
 *
 * ## Dashboard mode
 *
 * A UI extension has no API key: the Stripe Dashboard sends its requests, and signs them. In this mode one page on this machine stands
 * in for the Dashboard. The mode is off by default, and the API still refuses every browser.
 *
 * ```ts
 * import { startEmulator } from '@secretkit/stripe-emulator';
 *
 * const emulator = await startEmulator({
 *   dashboard: { origin: 'http://127.0.0.1:5173', user: 'usr_1', account: 'acct_1' },
 * });
 * // The page sends { path, options } to emulator.dashboard.url, with emulator.dashboard.token.
 * console.log(emulator.dashboard !== undefined); // true
 * await emulator.close();
 * ```
 *
 * | option | default | description |
 * | --- | --- | --- |
 * | `origin` | required | origin of that page, on this machine |
 * | `user` | required | id of the signed-in user |
 * | `account` | `ownAccount` | account that is open in the Dashboard; the app must be installed on it, as for any other request |
 *
 * | rule | otherwise |
 * | --- | --- |
 * | `Origin` is `origin`, which is on this machine, and `Host` is a loopback name | 403, without CORS headers |
 * | `POST` of JSON, with `Authorization: Bearer` and the token, which is new and random each time | 405, 415, 401 |
 * | the body is `{ path, options: { method, headers, body } }` | 400 |
 * | `path` resolves to an operation of the Secret Store | 400 |
 * | `headers` has the placeholder key of the extension SDK, and no account | 401, 400 |
 * | a user scope is that of `user` | the extension gets a 403 |
 *
 * The emulator sets the account and the mode, which is test mode. Of `headers`, only `Content-Type`, `Idempotency-Key` and
 * `Stripe-Version` count. The response is 200, with the API's response in the shape of the extension SDK. Faults, permissions and
 * installations apply as for any request. The example has such a page, and runs an extension in
 * it. It is not tested against the Dashboard of Stripe.
 *
 * ## Control over HTTP
 *
 * Another process can control the emulator without a key:
 *
 * | request | effect |
 * | --- | --- |
 * | `POST /_emulator/faults` | adds the fault in the JSON body; `"times": null` means `Infinity` |
 * | `GET /_emulator/faults` | returns the pending faults; `"remaining": null` means `Infinity` |
 * | `DELETE /_emulator/faults` | removes the pending faults |
 * | `GET /_emulator/state` | returns the number of requests, the pending faults, and the names of the secrets |
 * | `GET /_emulator/requests` | returns the log of the requests |
 * | `POST /_emulator/reset` | resets the emulator |
 *
 * Responses contain names of secrets, never payloads or keys. The emulator refuses requests from web pages, here and in the API,
 * to prevent cross-site requests and DNS rebinding: requests with an `Origin`, requests that a page caused, and, unless
 * `allowRemote` is set, requests for a `Host` that is not a loopback name.
 *
 * ## Undocumented behaviour of Stripe
 *
 * Stripe does not document the following. The defaults are assumptions. Change a switch in `assume` to test whether your code
 * depends on it.
 *
 * | switch | default | otherwise |
 * | --- | --- | --- |
 * | `deleteBody` | `'docs'`: `id`, `object`, `deleted` | `'full'`: the whole secret, with `deleted` |
 * | `replaceKeepsId` | `true` | a replaced secret gets a new `id` |
 * | `replaceKeepsCreated` | `true` | a replaced secret gets a new `created`, and a new position in the list |
 * | `replaceClearsExpiry` | `true` | a replacement without `expires_at` keeps the old expiry |
 * | `lengthUnit` | `'codePoints'` | unit of the limit of 5000: `'utf16'`, `'bytes'` |
 * | `lengthErrorShows` | `'ends'`: the first and last four characters | content of the error for a name or an id that is too long: the whole `'value'`, or the name of the `'param'`; a payload is never quoted |
 * | `caseSensitiveNames` | `true` | `A` and `a` are the same name |
 * | `namePattern` | `null`: every name | a regular expression that every name must match |
 * | `users` | `null`: every user id | the user ids that exist |
 * | `listOrder` | `'newestFirst'` | `'oldestFirst'` |
 * | `listExpandsPayload` | `true` | `data.payload` on the list is a 400 |
 * | `scopeExpands` | `false` | `scope` can be expanded, without an effect |
 * | `rateLimitShouldRetry` | `null`: no header | the `Stripe-Should-Retry` of a 429 `rate_limit` |
 * | `errors` | the next table | `status`, `code`, `message` and `param` of an error, such as `{ scopeFull: { status: 402 } }` |
 *
 * | error | default | cause |
 * | --- | --- | --- |
 * | `accountInvalid` | 403 `account_invalid` | the app is not installed on the account |
 * | `permissionMissing` | 403 `more_permissions_required_for_application` | the app lacks `secret_write` |
 * | `keyPermissionMissing` | 403 `more_permissions_required_for_application` | a restricted key lacks `rak_secret_write` |
 * | `secretMissing` | 404 `resource_missing`, no `param` | find or delete of a missing secret |
 * | `scopeFull` | 400, no code | the eleventh secret of a scope |
 * | `expiryInPast` | 400, no code | an `expires_at` that is not in the future |
 * | `expiryTooFar` | 400, no code | an `expires_at` more than 100 years in the future |
 * | `textTooLong` | 400, no code | a value longer than 5000 |
 * | `nameRefused` | 400, no code | a name that does not match `namePattern` |
 * | `userMissing` | 400 `parameter_missing` | a user scope without a user |
 * | `userRefused` | 400, no code | an account scope with a user |
 * | `userUnknown` | 400 `resource_missing` | a user that is not in `users` |
 * | `cursorUnknown` | 400 `resource_missing` | a cursor that is not in the list |
 * | `bothCursors` | 400, no code | `starting_after` together with `ending_before` |
 *
 * A `message` can contain the placeholders of its default, such as `{account}`, `{key}` (masked) and `{name}`.
 *
 * Some assumptions have no switch. The error for an unknown parameter suggests a known one (`Did you mean …?`) only if they differ
 * by at most two letters. A secret disappears in the second of its expiry. Rate limits use a sliding window of one second. Every
 * response except a 409, 429 or 5xx has `Stripe-Should-Retry: false`.
 *
 * The emulator sends no CORS headers, because they would allow web pages to read responses, and no `Strict-Transport-Security`,
 * which has no effect without TLS. Like Stripe it sends no `Retry-After`. A `reply` fault can send one.
 *
 * ## Errors
 *
 * | status | code | cause |
 * | --- | --- | --- |
 * | 400 | `parameter_missing`, `parameter_unknown`, `parameter_invalid_empty`, `parameter_invalid_integer`, `property_expansion_max_depth`, none | a parameter is invalid |
 * | 400 | none, type `idempotency_error` | an idempotency key is reused with other parameters |
 * | 401 | none | the key is missing, malformed, not in `keys`, or a live key |
 * | 403 | `account_invalid`, `more_permissions_required_for_application` | the app is not installed on the account, or lacks the permission |
 * | 403 | none | the request comes from a web page, or has a `Host` that is not allowed; Stripe has no such error |
 * | 404 | `resource_missing` | the secret does not exist in this account, mode and scope |
 * | 404 | none | the route does not exist |
 * | 409 | `idempotency_key_in_use` | a request with the same idempotency key is in flight |
 * | 413 | none | the body is larger than 1 MiB |
 * | 429 | `rate_limit`, `lock_timeout` | the option `rateLimit`, or a fault |
 *
 * The response to every executed POST request is saved by its idempotency key, also a 404. The emulator keeps the newest 10 000
 * for 24 hours of its clock. Invalid parameters, 401, 403, 409 and 429 are not saved. A request is executed also if its client
 * disconnects.
 *
 * Log, state and errors of the emulator contain no payload and no key. An error shows at most the last four characters of a
 * refused key. Names of secrets are visible.
 *
 * @packageDocumentation
 */

export type { EmulatedKey } from './access/emulated-key.js';
export type { Installations } from './access/installations.js';
export type { Permissions, PermissionTarget } from './access/permissions.js';
export type { Operation } from './api/operation.js';
export type { RateLimit } from './api/rate-limiter.js';
export type { RateLimitedReason } from './api/stripe-failures.js';
export type { DashboardOptions } from './dashboard/dashboard-options.js';
export type { Dashboard } from './dashboard/dashboard-session.js';
export type {
  Fault,
  FaultKind,
  FaultMatch,
  FaultOptions,
  ReplacingFault,
  ReplacingFaultOptions,
  SavedFaultOptions,
  ShapingFault,
} from './faults/fault.js';
export type { Faults, PendingFault } from './faults/fault-queue.js';
export type { AssumedError, AssumedErrorName, AssumedErrors } from './options/assumed-errors.js';
export type { Assumptions } from './options/assumptions.js';
export type { EmulatorOptions } from './options/emulator-options.js';
export type { RequestFilter, RequestLog, RequestLogEntry } from './server/request-log.js';
export { type Emulator, startEmulator } from './start-emulator.js';
export type {
  EmulatorSecrets,
  SecretAddress,
  SecretLocation,
  SecretRecord,
  SecretSummary,
  SecretToPut,
} from './store/emulator-secrets.js';
export type { Mode, SecretScope } from './store/secret-space.js';
