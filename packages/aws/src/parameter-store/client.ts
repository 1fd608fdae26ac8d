import type { AwsClientConfig, AwsRequestOptions } from '../aws-call.js';

/**
 * The operations of Parameter Store that the provider calls: the aggregated client `SSM` of `@aws-sdk/client-ssm`, or any
 * object with this structure. Inputs, outputs and errors are those of the SDK.
 */
export interface ParameterStoreClient {
  readonly config?: AwsClientConfig;
  getParameter(input: ParameterInput & DecryptionInput, options: AwsRequestOptions): Promise<object>;
  getParameters(
    input: DecryptionInput & { readonly Names: string[] | undefined },
    options: AwsRequestOptions,
  ): Promise<object>;
  getParametersByPath(
    input: DecryptionInput & { readonly Path: string | undefined },
    options: AwsRequestOptions,
  ): Promise<object>;
  getParameterHistory(input: ParameterInput & DecryptionInput, options: AwsRequestOptions): Promise<object>;
  putParameter(
    input: ParameterInput & { readonly Value: string | undefined },
    options: AwsRequestOptions,
  ): Promise<object>;
  deleteParameter(input: ParameterInput, options: AwsRequestOptions): Promise<object>;
}

/** Names the parameter of a request. */
export interface ParameterInput {
  readonly Name: string | undefined;
}

/** Whether the values of an answer are decrypted. */
export interface DecryptionInput {
  readonly WithDecryption?: boolean | undefined;
}

/** A method of the client. */
export type ParameterStoreOperation = Exclude<keyof ParameterStoreClient, 'config'>;

export const parameterStoreOperations: readonly ParameterStoreOperation[] = [
  'getParameter',
  'getParameters',
  'getParametersByPath',
  'getParameterHistory',
  'putParameter',
  'deleteParameter',
];
