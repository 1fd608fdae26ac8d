export { answered } from './answered.js';
export { around, type Call, type Policy } from './around.js';
export {
  checkFunction,
  checkNumber,
  checkOptions,
  maxDelayMs,
  type NumberRange,
} from './check-options.js';
export { checkProvider } from './check-provider.js';
export { checkRef, checkScope } from './check-ref.js';
export { createSecrets, type SecretsOptions } from './client/create-secrets.js';
export { readMany } from './client/read-many.js';
export type {
  AbilityMethods,
  CallOptions,
  DeleteMethods,
  KnownAbsent,
  ListMethods,
  ListOptions,
  ReadMethods,
  ReadOptions,
  RefsByKey,
  ScopedSecrets,
  Secrets,
  SecretsReader,
  SetMethods,
  Unless,
  UseOptions,
  WatchOptions,
  WriteOptions,
} from './client/secrets.js';
export { walkPages } from './client/walk-pages.js';
export { compose } from './compose.js';
export { defineMiddleware } from './define-middleware.js';
export { type ErrorRule, errorRules, type SecretErrorCode } from './error-codes.js';
export { guard } from './guard.js';
export { layersOf } from './layers.js';
export { leaveAt } from './leave-at.js';
export type { CapabilitiesOf, Layered, Middleware, Wrapped } from './middleware.js';
export type {
  Answer,
  Branch,
  CallContext,
  Capability,
  InvalidateTarget,
  Kept,
  Layer,
  ListQuery,
  Operation,
  Recall,
  SecretChange,
  SecretPage,
  SecretProvider,
} from './provider.js';
export { describeRef, describeScope, refKey, type SecretRef, type SecretScope, scopeKey } from './ref.js';
export { isSecret, markStale, type Secret, type SecretMeta, seal } from './secret.js';
export {
  isSecretError,
  restate,
  SecretError,
  type SecretErrorDetails,
  type SecretErrorFields,
} from './secret-error.js';
export type { Overrides } from './wrap.js';
