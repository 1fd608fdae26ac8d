/**
 * ## An adapter
 *
 * `describeProvider(name, harness, { describe, it })` calls `open` of the harness for each case, and gets a new provider on an empty
 * backend. The methods of the provider and the traits of the backend decide which cases run; no option skips a case. For a method
 * that is absent, the call must reject with `unsupported`, without a backend call.
 *
 * | member of the provider | cases |
 * | --- | --- |
 * | `listVersions` | `versions/…`: a ref with a version, stages, unknown versions, batches, scopes, expiry, writes and deletes |
 * | `compareAndSet` | `comparing/…`: right and wrong versions, create, concurrent writers, a secret made anew, lost answers |
 * | `set` | `writing/…`; `bytes/…`: binary values are returned byte for byte, or refused by a backend of texts |
 * | `hold` | `holding/…`: holds are ended twice, and end no other hold |
 *
 * | trait | default | |
 * | --- | --- | --- |
 * | `scopes` | required | the fields of a scope that the backend separates; a ref with another field is missing |
 * | `expiryResolutionMs` | nothing expires | the resolution of its expiry |
 * | `maxValueLength` | no limit | the largest value, in characters |
 * | `maxSecrets` | more than 100 | the largest number of secrets in one scope |
 * | `fold` | names are distinct | folds a name; two names with the same result are one secret |
 * | `isName` | every name is held | whether the backend can hold a name; any other must be `invalid_argument` |
 * | `faults` | none | the faults that the fixture can cause: `unauthorized`, `rateLimited`, `cutBody` … |
 * | `textOnly` | `false` | whether the backend holds only texts; then it must refuse bytes before any call |
 * | `hangs` | `false` | whether the fixture can make the backend hang |
 *
 * | result of `open` | |
 * | --- | --- |
 * | `provider` | the provider under test |
 * | `now()`, `advance(ms)` | the clock of backend and provider |
 * | `put(ref, value, expiresAt?)`, `remove(ref)` | change the backend without the provider |
 * | `putBytes(ref, bytes)` | the same for a binary value; absent for a backend that holds only texts |
 * | `calls()` | the number of calls that the backend has received |
 * | `fault(name)`, `hang()`, `pending()` | every later call fails with this fault, or hangs; the number of calls in flight |
 * | `loseWrite(moment)` | the next write fails `before` it is applied, or `after`; for `compareAndSet` |
 * | `isRevoked(ref, version)` | whether a leased credential is revoked; for `hold` |
 * | `credential` | the credential of the adapter; the suite checks that it does not appear anywhere |
 * | `close()` | releases the backend |
 *
 * ## A middleware, or a stack
 *
 * `describeMiddleware(name, make, { describe, it })` runs the provider suite around a plain object, a class with private state, a
 * provider with every method and one with only `get`. It also checks the rules for wrapping: capabilities, names, layers, each part
 * of `memory`, the context of the caller, one idempotency key for each write, the answers of a batch that fails in part, versions,
 * `compareAndSet` (which no layer repeats) and `hold`.
 *
 * For a provider that is made of providers, such as a fallback, use `describeProvider` with `fakeHarness` and `providerKinds`.
 *
 * ## A report
 *
 * `saveReports(folder)` returns an `onReport` that writes JSON files. `reportProvider` and `reportMiddleware` need no test runner, and `reportTable` returns a Markdown table. The
 * reports of this repository: docs/conformance.md.
 *
 * @packageDocumentation
 */

export { describeMiddleware, reportMiddleware } from './describe-middleware.js';
export { describeProvider, reportProvider } from './describe-provider.js';
export type { DescribeOptions } from './describe-tests.js';
export { fakeHarness } from './fake-harness.js';
export { type FaultName, faultCodes } from './fault-codes.js';
export type { BackendTraits, Fixture, Harness } from './harness.js';
export { expectNoLeak } from './leaks/expect-no-leak.js';
export { type DuringOptions, expectNoLeakDuring } from './leaks/expect-no-leak-during.js';
export { LeakFound } from './leaks/leak-found.js';
export type { MakeMiddleware, MiddlewareTools } from './middleware-tests.js';
export { providerKinds } from './provider-kinds.js';
export { type CaseResult, type ConformanceReport, reportTable } from './report.js';
export type { Runner } from './runner.js';
export { saveReports } from './save-reports.js';
