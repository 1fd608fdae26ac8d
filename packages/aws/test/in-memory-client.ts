import type { SecretsManagerClient } from '../src/secrets-manager/index.js';
import { secretsManagerBackend } from './secrets-manager-backend.js';

/** A client of Secrets Manager without the SDK, on secrets in memory. */
export function inMemoryClient(initial: Readonly<Record<string, string>>): SecretsManagerClient {
  const { answer } = secretsManagerBackend();
  const call = (operation: string) => async (input: object) =>
    answer(`secretsmanager.${operation}`, input as Readonly<Record<string, unknown>>);
  for (const [name, value] of Object.entries(initial)) {
    void answer('secretsmanager.CreateSecret', { Name: name, SecretString: value });
  }
  return {
    getSecretValue: call('GetSecretValue'),
    batchGetSecretValue: call('BatchGetSecretValue'),
    listSecrets: call('ListSecrets'),
    listSecretVersionIds: call('ListSecretVersionIds'),
    describeSecret: call('DescribeSecret'),
    putSecretValue: call('PutSecretValue'),
    createSecret: call('CreateSecret'),
    restoreSecret: call('RestoreSecret'),
    deleteSecret: call('DeleteSecret'),
  };
}
