/**
 * ## Keys and data
 *
 * A key that starts with `sk_test_` has test mode, a key that starts with `sk_live_` live mode. A key listed with
 * `mode: 'sandbox'` has its own data. A restricted key (`rk_…`) gets a 403 until it has the permission: set `secretWrite: true` in
 * `keys`, or call `emulator.permissions.grant({ key })`. Every account, mode and scope has separate secrets. Apps of different
 * developers share their secrets: run one emulator per developer.
 *
 * ## Emulator
 *
 * | member | description |
 * | --- | --- |
 * | `url`, `host`, `port` | address of the server |
 * | `secrets.put`, `.get`, `.delete`, `.list` | reads and writes secrets without HTTP, key and permission; not counted as requests; the limits of the store apply |
 * | `requests.count(filter?)`, `.list(filter?)` | log of the requests; filters by operation, name, account, mode, status, fault and replayed; `list` returns the last 10 000 |
 * | `requests.inFlight` | number of requests that have started and not ended |
 * | `faults.add`, `.pending`, `.clear` | injects faults |
 * | `permissions.grant`, `.revoke` | permission `secret_write`: for the app, for one account, or for one restricted key |
 * | `accounts.install`, `.uninstall` | installs the app on a connected account, or uninstalls it; the secrets remain |
 * | `dashboard.url`, `.token` | endpoint and session token of the Dashboard mode; `undefined` without it |
 * | `reset()` | restores the state at the start; requests in flight change nothing any more, and get no response |
 * | `close()`, `[Symbol.asyncDispose]()` | closes every connection, also hanging ones, and frees the port; safe to call more than once |
 *
 * ## Faults
 *
 * A fault affects the next matching request, once. Faults apply in the order in which they were added, after the checks of key,
 * account and permission.
 *
 * ```ts
 * import { startEmulator } from '@secretkit/stripe-emulator';
 *
 * const emulator = await startEmulator();
 * emulator.faults.add({ kind: 'rateLimited', times: 2 });
 * emulator.faults.add({ kind: 'reset', operation: 'create', executed: true });
 * emulator.faults.add({ kind: 'reply', status: 404, body: { message: 'Not Found' }, name: 'api-key' });
 * console.log(emulator.faults.pending().length); // 3
 * await emulator.close();
 * ```
 *
 * Options of every fault:
 *
 * | field | default | description |
 * | --- | --- | --- |
 * | `times` | 1 | number of requests that it affects; `Infinity` affects all until `faults.clear()` |
 * | `delayMs` | 0 | delay before the request continues, in milliseconds |
 * | `operation` | every operation | matches `create`, `find`, `list` or `delete` |
 * | `account` | every account | matches one account |
 * | `name` | every name | matches the name of a secret |
 *
 * These faults replace the response. With `executed: true` the request is executed before its response is lost: a retry with the
 * same idempotency key gets the saved response. With `saved: true`, an option of `serverError` and `reply`, the response of the
 * fault itself is saved and replayed, as Stripe replays its own 500.
 *
 * | kind | options (default) | response |
 * | --- | --- | --- |
 * | `rateLimited` | `reason` (`endpoint-rate`), `shouldRetry` (no header) | 429 `rate_limit` with `Stripe-Rate-Limited-Reason` |
 * | `lockTimeout` | | 429 `lock_timeout` with `Stripe-Should-Retry: true` |
 * | `keyInUse` | | 409 `idempotency_key_in_use` |
 * | `unauthorized` | | 401 |
 * | `forbidden` | | 403 `more_permissions_required_for_application` |
 * | `serverError` | `status` (500), `shouldRetry` (no header) | a 5xx in Stripe's error envelope |
 * | `html` | `status` (503) | an HTML page |
 * | `redirect` | `location` (required), `status` (307) | a redirect |
 * | `scalar` | `value` (required) | 200 with `123`, `"text"`, `true` or `null` as the body |
 * | `reply` | `status` (required), `body` (empty), `headers` | your response: a string is sent unchanged, any other body as JSON |
 * | `hang` | | no response; the connection stays open |
 * | `reset` | | no response; the connection is reset (RST) |
 * | `close` | | no response; the connection is closed (FIN) |
 *
 * These faults change how the real response arrives. The request is always executed.
 *
 * | kind | options (default) | response |
 * | --- | --- | --- |
 * | `delay` | `delayMs` (required) | a late response |
 * | `hangBody` | | the headers, then nothing |
 * | `cutBody` | `chunked` (`false`) | half of the body, then the connection closes; with a `Content-Length`, or in HTTP chunks |
 * | `malformedJson` | | a complete body that is invalid JSON: its last bracket is missing |
 * | `drip` | `intervalMs` (required), `bytesPerChunk` (1) | the body in chunks, with a delay after each |
 *
 * ### Control over HTTP
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
 * An unknown or wrong option is a `TypeError` with the name of the option and the kind of the value, never the value:
 * `startEmulator: host must be a non-empty string, got number.` A port in use is an `Error` with the number of the port. Responses
 * use Stripe's error envelope. A message that starts with `emulator:` is a message of the emulator, not of Stripe.
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
