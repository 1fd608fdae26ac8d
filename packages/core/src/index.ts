export { createSecrets, type SecretsOptions } from './client/create-secrets.js';
export type { Explanation } from './client/explain.js';
export type { SecretInput } from './client/fields.js';
export type { Health, LayerHealth } from './client/health.js';
export type {
  ByKey,
  CallOptions,
  CapabilityMethods,
  HealthOptions,
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
export type { Capability, SecretErrorCode } from './contract/secret-error.js';
export { isSecretError, SecretError } from './contract/secret-error.js';
export { compose } from './kernel/compose.js';
export type { Middleware } from './kernel/define-middleware.js';
