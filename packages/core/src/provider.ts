export {
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
