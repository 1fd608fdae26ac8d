export type { AwsClientConfig, AwsRequestOptions } from '../aws-call.js';
export type { DecryptionInput, ParameterInput, ParameterStoreClient } from './client.js';
export type { ParameterStoreSecretsOptions, ParameterTier } from './options.js';
export {
  type ListableParameterStoreSecrets,
  type ParameterStoreSecrets,
  parameterStoreSecrets,
} from './parameter-store-secrets.js';
