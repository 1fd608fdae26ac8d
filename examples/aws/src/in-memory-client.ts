import { randomUUID } from 'node:crypto';
import type { SecretsManagerClient } from '@secretkit/aws/secrets-manager';

interface Version {
  readonly VersionId: string;
  readonly SecretString: string | undefined;
  readonly CreatedDate: Date;
}

/** A client without AWS and its SDK: secrets in memory, with the answers and the errors of Secrets Manager. */
export function inMemoryClient(): SecretsManagerClient & { readonly calls: () => string } {
  const secrets = new Map<string, Version[]>();
  const deleted = new Set<string>();
  let calls: string[] = [];

  function find(operation: string, name = ''): Version[] {
    calls.push(operation);
    const versions = secrets.get(name);
    if (!versions) throw failure('ResourceNotFoundException');
    if (deleted.has(name)) throw failure('InvalidRequestException');
    return versions;
  }

  function valueOf(name: string | undefined, versions: Version[], stage = 'AWSCURRENT'): object {
    const version = versions.at(stage === 'AWSPREVIOUS' ? -2 : -1);
    if (!version) throw failure('ResourceNotFoundException');
    return { ...version, Name: name };
  }

  return {
    /** Returns how often each operation was called since the last time. */
    calls() {
      const counts = new Map<string, number>();
      for (const each of calls) counts.set(each, (counts.get(each) ?? 0) + 1);
      calls = [];
      return [...counts].map(([operation, count]) => `${count} × ${operation}`).join(', ');
    },
    async getSecretValue({ SecretId: name, VersionStage: stage }) {
      return valueOf(name, find('GetSecretValue', name), stage);
    },
    async batchGetSecretValue({ SecretIdList: names = [] }) {
      calls.push('BatchGetSecretValue');
      return { SecretValues: names.map((name) => valueOf(name, secrets.get(name) ?? [])) };
    },
    async putSecretValue({ SecretId: name, SecretString, ClientRequestToken: VersionId = randomUUID() }) {
      find('PutSecretValue', name).push({ VersionId, SecretString, CreatedDate: new Date() });
      return { VersionId };
    },
    async createSecret({ Name: name = '', SecretString, ClientRequestToken: VersionId = randomUUID() }) {
      calls.push('CreateSecret');
      secrets.set(name, [{ VersionId, SecretString, CreatedDate: new Date() }]);
      return { VersionId };
    },
    async deleteSecret({ SecretId: name = '' }) {
      find('DeleteSecret', name);
      deleted.add(name);
      return {};
    },
    // This example does not need the others.
    listSecrets: unsupported,
    listSecretVersionIds: unsupported,
    describeSecret: unsupported,
    restoreSecret: unsupported,
  };
}

async function unsupported(): Promise<never> {
  throw failure('UnknownOperationException');
}

/** The SDK's errors have the name of AWS. */
function failure(name: string): Error {
  return Object.assign(new Error('the message of AWS, which secretkit never shows'), { name });
}
