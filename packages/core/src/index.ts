export { createSecrets, type SecretsOptions } from './client/create-secrets.js';
export type { SecretInput } from './client/fields.js';
export type {
  ByKey,
  CallOptions,
  CapabilityMethods,
  ListOptions,
  ReadOptions,
  RefsByKey,
  ScopedSecrets,
  ScopeSource,
  Secrets,
  SecretsReader,
  UseOptions,
  WatchOptions,
  WriteOptions,
} from './client/secrets.js';
export { type Layer, layersOf, type SecretProvider } from './contract/provider.js';
export type { SecretRef, SecretScope } from './contract/ref.js';
export { isSecret, type Secret, seal } from './contract/secret.js';
export {
  type Capability,
  isSecretError,
  SecretError,
  type SecretErrorCode,
} from './contract/secret-error.js';
export { compose } from './kernel/compose.js';
export type { Middleware } from './kernel/define-middleware.js';
