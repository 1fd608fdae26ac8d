export {
  checkNumber,
  checkOptions,
  isPlainObject,
  kindOf,
  maxDelayMs,
  type NumberRange,
  unknownKey,
  urlParameters,
} from './checks/check-options.js';
export { checkProvider } from './checks/check-provider.js';
export { checkRef, checkScope } from './checks/check-ref.js';
export type {
  CachedReader,
  CachedSecret,
  InvalidateTarget,
  SecretChange,
  SecretMemory,
} from './contract/memory.js';
export type {
  Answer,
  CallContext,
  ListQuery,
  Opener,
  SecretPage,
  SecretProvider,
} from './contract/provider.js';
export { layersOf } from './contract/provider.js';
export type { SecretRef, SecretScope } from './contract/ref.js';
export { describeRef, describeScope, refKey, scopeKey } from './contract/ref.js';
export { hasExpired, isSecret, type Secret, type SecretMeta, seal } from './contract/secret.js';
export {
  type Capability,
  type ErrorRule,
  errorRules,
  invalid,
  isSecretError,
  type Operation,
  SecretError,
  type SecretErrorCode,
  type SecretErrorDetails,
  type SecretErrorFields,
  withFields,
} from './contract/secret-error.js';
export { abortable } from './kernel/abortable.js';
export { toSecretError } from './kernel/answers.js';
