export { type InjectDecorator, InjectScopedSecrets, InjectSecret, InjectSecrets } from './inject.js';
export type {
  SecretsModuleOptions,
  SecretsModuleSetup,
  SecretsModuleSource,
  SecretsOptionsFactory,
} from './module-options.js';
export { SecretsModule } from './secrets-module.js';
export {
  getScopedSecretsToken,
  getSecretsToken,
  getSecretToken,
  type OfClient,
  type OfSecret,
} from './tokens.js';
