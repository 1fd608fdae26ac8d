export {
  type EnvSecrets,
  type EnvSecretsOptions,
  envSecrets,
  type ListableEnvSecrets,
} from './env-secrets.js';
export type { VariableName } from './variable-name.js';
export type { Environment } from './variables.js';
