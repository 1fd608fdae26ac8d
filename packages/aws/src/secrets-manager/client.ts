import type { AwsClientConfig, AwsRequestOptions } from '../aws-call.js';

/**
 * The operations of AWS Secrets Manager that the provider calls: the aggregated client `SecretsManager` of
 * `@aws-sdk/client-secrets-manager`, or any object with this structure. Inputs, outputs and errors are those of the SDK.
 */
export interface SecretsManagerClient {
  readonly config?: AwsClientConfig;
  getSecretValue(input: SecretIdInput & VersionInput, options: AwsRequestOptions): Promise<object>;
  batchGetSecretValue(
    input: { readonly SecretIdList?: string[] | undefined },
    options: AwsRequestOptions,
  ): Promise<object>;
  listSecrets(input: object, options: AwsRequestOptions): Promise<object>;
  listSecretVersionIds(input: SecretIdInput, options: AwsRequestOptions): Promise<object>;
  describeSecret(input: SecretIdInput, options: AwsRequestOptions): Promise<object>;
  putSecretValue(input: SecretIdInput & ValueInput, options: AwsRequestOptions): Promise<object>;
  createSecret(
    input: ValueInput & { readonly Name: string | undefined },
    options: AwsRequestOptions,
  ): Promise<object>;
  restoreSecret(input: SecretIdInput, options: AwsRequestOptions): Promise<object>;
  deleteSecret(input: SecretIdInput, options: AwsRequestOptions): Promise<object>;
}

/** Names the secret of a request. */
export interface SecretIdInput {
  readonly SecretId: string | undefined;
}

/** Names the version of a request, by its id or its stage. */
export interface VersionInput {
  readonly VersionId?: string | undefined;
  readonly VersionStage?: string | undefined;
}

/** The value of a write, and the id of the version that it makes. */
export interface ValueInput {
  readonly ClientRequestToken?: string | undefined;
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}

/** A method of the client. */
export type SecretsManagerOperation = Exclude<keyof SecretsManagerClient, 'config'>;

export const secretsManagerOperations: readonly SecretsManagerOperation[] = [
  'getSecretValue',
  'batchGetSecretValue',
  'listSecrets',
  'listSecretVersionIds',
  'describeSecret',
  'putSecretValue',
  'createSecret',
  'restoreSecret',
  'deleteSecret',
];
