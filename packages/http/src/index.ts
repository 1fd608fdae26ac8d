/**
 * ## Requests
 *
 * `http.request(…)` returns `{ status, headers, body }` for a status from 200 to 299. The body is a JSON object or array. It is
 * `undefined` for 204 and 205. Check its shape: it is what the server sent.
 *
 * Look at the body in `isAnswer`, not only at the status: a 404 without the store's own words comes from a proxy or a wrong URL. Pages of
 * HTML never reach it.
 *
 * | field | default | meaning |
 * | --- | --- | --- |
 * | `path` | | the segments of the path below `baseUrl`. Each is encoded; a segment `.` or `..`, which a URL cannot hold, is `invalid_argument` |
 * | `method` | `GET` | any method, `LIST` too |
 * | `query` | none | texts, numbers and booleans, which are encoded; `undefined` is left out |
 * | `headers` | none | replace those of `createHttp`; `undefined` is left out. Pass a credential that changes here |
 * | `body` | none | an object or an array, sent as JSON, or a text, sent as it is |
 * | `signal` | none | `ctx.signal`: ends the request, also while the body is read, and rejects with its reason. A signal of a polyfill works; none gets a listener that stays |
 * | `as` | `json` | `text`: the body is a text. A byte order mark is dropped, nothing else |
 * | `isAnswer` | none | returns whether a failure is an answer, such as a 404 for a missing secret |
 *
 * ## Errors
 *
 * - The message is `HTTP 503: ` or `the connection failed: 127.0.0.1:8200 (ECONNREFUSED). `, then `problem`. It must be a sentence of
 *   yours: never a part of the response.
 * - `details` has the status, the request id and `vendorCode`. Return codes that you list: a proxy may echo the request in their place.
 * - `Retry-After`, in seconds or as a date, becomes `retryAfterMs`. A date counts from the `Date` of the answer, not from this clock.
 * - A connection that failed has no status, and `networkCode` is a code such as `ECONNREFUSED`, if it is a known one.
 * - A timeout, an abort, a redirect, an HTML page, and a body that is too large or not UTF-8 do not reach the table.
 *
 * | code | status, without a row in your table |
 * | --- | --- |
 * | `invalid_argument` | 400; also a path or a header that cannot be sent, and an unfit `fetch` |
 * | `unauthenticated` | 401 |
 * | `permission_denied` | 403 |
 * | `timeout` | 408, and no complete response within `timeoutMs` |
 * | `conflict` | 409 |
 * | `rate_limited` | 429 |
 * | `unavailable` | 404, 424, 5xx; a failed connection, a redirect, HTML, a body that cannot be read |
 * | `invalid_data` | 2xx with JSON that is neither an object nor an array |
 * | `unknown` | any other |
 *
 * ## Faults
 *
 * The tests run this table over real sockets, for a read and a write, with the global `fetch` of Node and with `node-fetch` 2 and 3.
 * Each leaves no listener, no timer and no open request, follows no redirect, and shows no part of the response. With `node-fetch`, a 407 is
 * `unknown`; with `node-fetch` 2, a body that ends before its `content-length` is `timeout`: it never ends there.
 *
 * | fault | result | retryable |
 * | --- | --- | --- |
 * | 200 with JSON as `text/plain` | success | |
 * | 200 with JSON without a content type | success | |
 * | 200 with JSON after a byte order mark | success | |
 * | 200 with JSON, compressed | success | |
 * | 200 with an HTML page of a proxy | `unavailable` | yes |
 * | 401 with an HTML page of a proxy | `unavailable` | yes |
 * | 403 with an HTML page of a proxy | `unavailable` | yes |
 * | 404 with an HTML page of a proxy | `unavailable` | yes |
 * | 503 with an HTML page of a proxy | `unavailable` | yes |
 * | 200 with truncated JSON | `unavailable` | yes |
 * | 200 with an empty body | `unavailable` | yes |
 * | 200 `null` | `invalid_data` | no |
 * | 200 `5` | `invalid_data` | no |
 * | 200 `"CANARY"` | `invalid_data` | no |
 * | 200 `true` | `invalid_data` | no |
 * | 200 with JSON that is not UTF-8 | `unavailable` | yes |
 * | 200 with a body that does not end | `unavailable` | yes |
 * | 200 with a `content-length` that is too large | `unavailable` | yes |
 * | 200 with 50 MB, compressed to 50 kB | `unavailable` | yes |
 * | 301 to another origin | `unavailable` | yes |
 * | 302 to another origin | `unavailable` | yes |
 * | 303 to another origin | `unavailable` | yes |
 * | 307 to another origin | `unavailable` | yes |
 * | 308 to another origin | `unavailable` | yes |
 * | 400 | `invalid_argument` | no |
 * | 401 | `unauthenticated` | no |
 * | 402 | `unknown` | no |
 * | 403 | `permission_denied` | no |
 * | 404 | `unavailable` | yes |
 * | 408 | `timeout` | yes |
 * | 409 | `conflict` | no |
 * | 418 | `unknown` | no |
 * | 424 | `unavailable` | yes |
 * | 429 | `rate_limited` | yes |
 * | 500 | `unavailable` | yes |
 * | 503 | `unavailable` | yes |
 * | 599 | `unavailable` | yes |
 * | 401 with an empty body | `unauthenticated` | no |
 * | 500 with a text | `unavailable` | yes |
 * | 400 with a code of the table, here `slow_down` | `rate_limited` | yes |
 * | 429 with `Retry-After: 3` | `rate_limited` | yes, after 3000 ms |
 * | 429 with a date in `Retry-After`, five seconds after the `Date` of the answer | `rate_limited` | yes, after 5000 ms |
 * | 503 with `Retry-After: soon` | `unavailable` | yes |
 * | 503 with an HTML page and `Retry-After: 7` | `unavailable` | yes, after 7000 ms |
 * | 407: a proxy requires a password | `unavailable` | yes |
 * | the host does not exist | `unavailable` | yes |
 * | the connection is refused | `unavailable` | yes |
 * | TLS: the certificate is not trusted | `unavailable` | yes |
 * | TLS: the server does not support it | `unavailable` | yes |
 * | the response is not HTTP | `unavailable` | yes |
 * | the headers have 100 kB | `unavailable` | yes |
 * | the connection is reset before the response | `unavailable` | yes |
 * | the connection is closed before the response | `unavailable` | yes |
 * | the body ends early (content-length) | `unavailable` | yes |
 * | the body ends early (chunked) | `unavailable` | yes |
 * | no response | `timeout` | yes |
 * | TLS: the handshake never completes | `timeout` | yes |
 * | headers without a body | `timeout` | yes |
 * | a body that arrives byte by byte | `timeout` | yes |
 *
 * @packageDocumentation
 */

export { createHttp } from './create-http.js';
export type { HttpError, HttpErrors, HttpFailure } from './http-error.js';
export type { HttpOptions } from './http-options.js';
export type { Http, HttpAnswer, HttpHeaders, HttpQuery, HttpRequest } from './http-request.js';
