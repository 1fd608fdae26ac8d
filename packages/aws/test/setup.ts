import { createSecrets, type Secrets } from '@secretkit/core';
import { onTestFinished } from 'vitest';
import { type ParameterStoreSecretsOptions, parameterStoreSecrets } from '../src/parameter-store/index.js';
import { type SecretsManagerSecretsOptions, secretsManagerSecrets } from '../src/secrets-manager/index.js';
import { type AwsServer, startAwsServer } from './aws-server.js';
import { parameterStoreClient, secretsManagerClient } from './harness.js';
import { type ParameterStoreBackend, parameterStoreBackend } from './parameter-store-backend.js';
import { type SecretsManagerBackend, secretsManagerBackend } from './secrets-manager-backend.js';

interface SetUp<B> {
  readonly server: AwsServer;
  readonly backend: B;
  readonly secrets: Secrets;
}

/** A provider of Secrets Manager on the SDK's client, with a server of its own. */
export async function setUpSecretsManager(
  options: Partial<SecretsManagerSecretsOptions> = {},
  backend: SecretsManagerBackend = secretsManagerBackend(),
): Promise<SetUp<SecretsManagerBackend>> {
  const server = await startAwsServer(backend.answer);
  const client = secretsManagerClient(server.url);
  onTestFinished(async () => {
    client.destroy();
    await server.close();
  });
  return { server, backend, secrets: createSecrets(secretsManagerSecrets({ client, ...options })) };
}

/** The same of Parameter Store. */
export async function setUpParameterStore(
  options: Partial<ParameterStoreSecretsOptions> = {},
  backend: ParameterStoreBackend = parameterStoreBackend(),
): Promise<SetUp<ParameterStoreBackend>> {
  const server = await startAwsServer(backend.answer);
  const client = parameterStoreClient(server.url);
  onTestFinished(async () => {
    client.destroy();
    await server.close();
  });
  return { server, backend, secrets: createSecrets(parameterStoreSecrets({ client, ...options })) };
}

/** Returns the `SecretError` of a call. */
export async function errorOf(
  call: () => Promise<unknown>,
): Promise<{ code: string; message: string; details: object }> {
  try {
    await call();
  } catch (error) {
    return error as { code: string; message: string; details: object };
  }
  throw new Error('the call must reject.');
}
