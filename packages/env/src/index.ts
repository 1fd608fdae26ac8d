export type { EnvSecretsOptions } from './env-options.js';
export {
  type EnvSecrets,
  envSecrets,
  type ListableEnvSecrets,
} from './env-secrets.js';
export type { VariableName } from './variable-name.js';
export type { Environment } from './variables.js';
