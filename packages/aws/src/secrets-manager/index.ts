export type { AwsClientConfig, AwsRequestOptions } from '../aws-call.js';
export type { SecretIdInput, SecretsManagerClient, ValueInput, VersionInput } from './client.js';
export type { SecretsManagerSecretsOptions } from './options.js';
export {
  type ListableSecretsManagerSecrets,
  type SecretsManagerSecrets,
  secretsManagerSecrets,
} from './secrets-manager-secrets.js';
