import { invalid } from '@secretkit/core/provider';
import { dateOf } from '../answer-fields.js';
import type { AwsCall } from '../aws-call.js';
import { isNamed } from '../aws-error.js';
import type { Target } from '../name-mapping.js';
import type { SecretsManagerOperation, ValueInput } from './client.js';

type Signal = AbortSignal | undefined;

/** Writes and deletes in Secrets Manager, where each of the two takes several operations. */
export interface SecretWriter {
  /** Returns the answer with the version that was made. */
  put(target: Target, value: ValueInput, signal: Signal): Promise<object>;
  remove(id: string, signal: Signal): Promise<void>;
}

export interface WriterSettings {
  readonly kmsKeyId: string | undefined;
  readonly recoveryWindowDays: number;
  readonly restoreDeleted: boolean;
}

export function secretWriter(
  call: AwsCall<SecretsManagerOperation>,
  { kmsKeyId, recoveryWindowDays, restoreDeleted }: WriterSettings,
): SecretWriter {
  async function isDeleted(id: string, signal: Signal): Promise<boolean> {
    const described = await call('describeSecret', { SecretId: id }, signal).catch(() => ({}));
    return dateOf(described, 'DeletedDate') !== undefined;
  }

  function deletion(id: string): object {
    return recoveryWindowDays === 0
      ? { SecretId: id, ForceDeleteWithoutRecovery: true }
      : { SecretId: id, RecoveryWindowInDays: recoveryWindowDays };
  }

  async function create(
    id: string,
    value: ValueInput,
    put: () => Promise<object>,
    signal: Signal,
  ): Promise<object> {
    try {
      const key = kmsKeyId !== undefined && { KmsKeyId: kmsKeyId };
      return await call('createSecret', { Name: id, ...value, ...key }, signal);
    } catch (error) {
      if (isNamed(error, 'ResourceExistsException')) return put(); // another writer has created it meanwhile
      throw error;
    }
  }

  async function restore(id: string, put: () => Promise<object>, signal: Signal): Promise<object> {
    await call('restoreSecret', { SecretId: id }, signal);
    try {
      return await put();
    } catch (error) {
      await call('deleteSecret', deletion(id), undefined).catch(() => undefined); // the old value must not come back
      throw error;
    }
  }

  return {
    async put({ id, arn }, value, signal) {
      const put = (): Promise<object> => call('putSecretValue', { SecretId: id, ...value }, signal);
      try {
        return await put();
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) {
          if (!arn) return create(id, value, put, signal);
          throw invalid('a secret cannot be created by its ARN. Create it first, or return its name.');
        }
        // It may also be a secret that another AWS service manages, which must not be restored or deleted.
        const isRefused = isNamed(error, 'InvalidRequestException');
        if (isRefused && restoreDeleted && (await isDeleted(id, signal))) return restore(id, put, signal);
        throw error;
      }
    },

    async remove(id, signal) {
      try {
        await call('deleteSecret', deletion(id), signal);
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) return;
        if (isNamed(error, 'InvalidRequestException') && (await isDeleted(id, signal))) return;
        throw error;
      }
    },
  };
}
