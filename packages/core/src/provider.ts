/**
 * ## Rules for an adapter
 *
 * - Return `undefined` for a missing or expired secret, for an empty value, and for a scope that the backend does not have: else a
 *   tenant gets the secret of another one. Pass `ctx.signal` to everything that waits, and leave no listener on it; for `fetch`, and
 *   for an SDK without signals, use `abortable(promise, signal)`.
 * - Throw a `SecretError`; provider, operation and ref are added. Any other error reaches the application as `unknown`, without
 *   its message, which may quote a value.
 * - If two refs may name one secret, because a default account is filled in or names are folded, add `canonical(ref)`. Caches
 *   and batches compare its result.
 * - If refs may name a version, add `listVersions`; without it, reads of a version are refused before they reach you. Writes never
 *   name a version. `set` may return `{ version }`.
 * - If the backend can compare and write in one step, add `compareAndSet`, which rejects with `conflict` when the version differs.
 * - Seal bytes, `seal(bytes)`, where the backend says that a value is binary, and text that is not UTF-8. To store a value, use
 *   `contentOf(secret)`: a text, or bytes. A store that holds only text refuses `format: 'base64'` with `invalid_argument`.
 * - For a timeout of an SDK, use `remainingMs(ctx)`: the milliseconds until the call must end, `Infinity` without a deadline.
 * - If the values are in memory already, add `memory.cached`, so that `peek` works without a cache.
 * - If the backend reports changes, add `memory.subscribe`: a cache around it then has a new value at once. Report only values that
 *   `get` returns from then on; of a secret that was removed or has appeared, report `{ invalidate: ref }`. Start no work before the
 *   first read, and let it keep no process alive.
 *
 * @packageDocumentation
 */

export {
  checkFunction,
  checkNumber,
  checkOptions,
  checkScheme,
  isPlainObject,
  kindOf,
  maxDelayMs,
  type NumberRange,
  own,
  ownFields,
  unknownKey,
  urlParameters,
} from './checks/check-options.js';
export { checkProvider } from './checks/check-provider.js';
export { checkRef, checkScope } from './checks/check-ref.js';
export { isAuthFailure } from './client/auth-failure.js';
export { missingError, readInBackground } from './client/scoped-client.js';
export type {
  Answer,
  CachedReader,
  CachedSecret,
  CacheInvalidation,
  CallContext,
  CallReport,
  InvalidateTarget,
  ListQuery,
  MemoryExplanation,
  MemoryState,
  SecretChange,
  SecretMemory,
  SecretPage,
  SecretProvider,
  SecretVersion,
  SetResult,
} from './contract/provider.js';
export { layersOf, type Opener, remainingMs } from './contract/provider.js';
export type { SecretRef, SecretScope } from './contract/ref.js';
export {
  describeRef,
  describeScope,
  refKey,
  scopeKey,
  toVariableName,
  withoutVersion,
} from './contract/ref.js';
export type { Secret, SecretMeta } from './contract/secret.js';
export { contentOf, hasExpired, isSecret, markLocal, seal } from './contract/secret.js';
export type {
  Capability,
  ErrorRule,
  Operation,
  SecretErrorCode,
  SecretErrorDetails,
  SecretErrorFields,
} from './contract/secret-error.js';
export { errorRules, invalid, isSecretError, SecretError, withFields } from './contract/secret-error.js';
export { abortable, abortReason, onAbort, throwIfAborted } from './kernel/abortable.js';
export { toSecretError } from './kernel/answers.js';
export { isolatesRequests } from './kernel/runtime.js';
