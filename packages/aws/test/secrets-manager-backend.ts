import { randomUUID } from 'node:crypto';
import { AwsFailure, refuseUnless } from './aws-failure.js';
import type { Backend } from './aws-server.js';

interface Version {
  readonly id: string;
  readonly value: object;
  readonly createdMs: number;
  stages: string[];
}

interface Stored {
  readonly arn: string;
  readonly name: string;
  readonly versions: Version[];
  deletedMs?: number | undefined;
  /** Another AWS service manages it: its value cannot be written. */
  managed?: boolean;
  nextRotationMs?: number;
}

export interface SecretsManagerBackend {
  readonly answer: Backend;
  readonly secrets: Map<string, Stored>;
  /** The ids that the role may not read. */
  readonly denied: Set<string>;
}

const maxBytes = 65_536;
const maxBatch = 20;

/**
 * Secrets Manager with AWS's own statuses, names and limits, where an emulator differs: a missing secret is a 400, a write to a
 * deleted one is refused, and so are a batch of 21, an empty value and one of more than 65,536 bytes.
 */
export function secretsManagerBackend({
  region = 'eu-central-1',
  now = Date.now,
} = {}): SecretsManagerBackend {
  const secrets = new Map<string, Stored>();
  const denied = new Set<string>();

  function find(id: unknown): Stored {
    refuseUnless(typeof id === 'string' && id.length > 0 && id.length <= 2_048, 'ValidationException');
    if (denied.has(id)) throw new AwsFailure('AccessDeniedException');
    const byArn = [...secrets.values()].find(({ arn }) => arn === id || arn.slice(0, -7) === id);
    const stored = byArn ?? secrets.get(id);
    if (!stored) throw new AwsFailure('ResourceNotFoundException');
    return stored;
  }

  function live(id: unknown): Stored {
    const stored = find(id);
    if (stored.deletedMs !== undefined) throw new AwsFailure('InvalidRequestException');
    return stored;
  }

  function valueOf({ SecretString: text, SecretBinary: binary }: Readonly<Record<string, unknown>>): object {
    refuseUnless((text === undefined) !== (binary === undefined), 'InvalidParameterException');
    const length =
      typeof text === 'string' ? Buffer.byteLength(text) : Buffer.from(String(binary), 'base64').length;
    refuseUnless(length > 0 && length <= maxBytes, 'ValidationException');
    return text === undefined ? { SecretBinary: binary } : { SecretString: text };
  }

  function add(stored: Stored, token: unknown, value: object): object {
    const id = typeof token === 'string' ? token : randomUUID();
    refuseUnless(id.length >= 32 && id.length <= 64, 'ValidationException');
    const same = stored.versions.find((version) => version.id === id);
    if (same && JSON.stringify(same.value) !== JSON.stringify(value))
      throw new AwsFailure('ResourceExistsException');
    if (!same) {
      for (const version of stored.versions) {
        version.stages = version.stages.includes('AWSCURRENT') ? ['AWSPREVIOUS'] : [];
      }
      stored.versions.push({ id, value, createdMs: now(), stages: ['AWSCURRENT'] });
    }
    return { ARN: stored.arn, Name: stored.name, VersionId: id, VersionStages: ['AWSCURRENT'] };
  }

  function read(input: Readonly<Record<string, unknown>>): object {
    const stored = live(input['SecretId']);
    const { VersionId: id, VersionStage: stage = 'AWSCURRENT' } = input;
    refuseUnless(
      id === undefined || (String(id).length >= 32 && String(id).length <= 64),
      'ValidationException',
    );
    const version = stored.versions.find((each) =>
      id === undefined ? each.stages.includes(String(stage)) : each.id === id,
    );
    if (!version) throw new AwsFailure('ResourceNotFoundException');
    return {
      ARN: stored.arn,
      Name: stored.name,
      VersionId: version.id,
      VersionStages: version.stages,
      CreatedDate: version.createdMs / 1_000,
      ...version.value,
    };
  }

  const operations: Readonly<Record<string, Backend>> = {
    GetSecretValue: (_, input) => read(input),
    BatchGetSecretValue(_, { SecretIdList: ids }) {
      refuseUnless(Array.isArray(ids) && ids.length > 0 && ids.length <= maxBatch, 'ValidationException');
      const [SecretValues, Errors]: [object[], object[]] = [[], []];
      for (const SecretId of ids as unknown[]) {
        try {
          SecretValues.push(read({ SecretId }));
        } catch (error) {
          Errors.push({ SecretId, ErrorCode: (error as Error).message, Message: 'CANARY-not-a-real-secret' });
        }
      }
      return { SecretValues, Errors };
    },
    ListSecrets(_, { Filters = [], MaxResults = 100, NextToken = '0' }) {
      const [filter] = Filters as { readonly Values: readonly string[] }[];
      const start = filter?.Values[0] ?? '';
      const live = [...secrets.values()].filter(
        ({ name, deletedMs }) => deletedMs === undefined && name.startsWith(start),
      );
      const from = Number(NextToken);
      const end = from + Number(MaxResults);
      return {
        SecretList: live.slice(from, end).map(({ name, arn }) => ({ Name: name, ARN: arn })),
        ...(end < live.length && { NextToken: String(end) }),
      };
    },
    ListSecretVersionIds(_, { SecretId }) {
      const { versions } = find(SecretId);
      return {
        Versions: versions.map(({ id, stages, createdMs }) => ({
          VersionId: id,
          VersionStages: stages,
          CreatedDate: createdMs / 1_000,
        })),
      };
    },
    DescribeSecret(_, { SecretId }) {
      const { name, arn, deletedMs, nextRotationMs } = find(SecretId);
      return {
        Name: name,
        ARN: arn,
        ...(deletedMs !== undefined && { DeletedDate: deletedMs / 1_000 }),
        ...(nextRotationMs !== undefined && { NextRotationDate: nextRotationMs / 1_000 }),
      };
    },
    PutSecretValue(_, input) {
      const stored = live(input['SecretId']);
      if (stored.managed) throw new AwsFailure('InvalidRequestException');
      return add(stored, input['ClientRequestToken'], valueOf(input));
    },
    CreateSecret(_, input) {
      const { Name: name, ClientRequestToken: token } = input;
      refuseUnless(typeof name === 'string' && /^[\w/+=.@-]{1,512}$/.test(name), 'ValidationException');
      const value = valueOf(input);
      const existing = secrets.get(name);
      if (existing?.deletedMs !== undefined) throw new AwsFailure('InvalidRequestException');
      if (existing) throw new AwsFailure('ResourceExistsException');
      const suffix = randomUUID().slice(0, 6);
      const arn = `arn:aws:secretsmanager:${region}:123456789012:secret:${name}-${suffix}`;
      const stored: Stored = { name, arn, versions: [] };
      secrets.set(name, stored);
      return add(stored, token, value);
    },
    RestoreSecret(_, { SecretId }) {
      const stored = find(SecretId);
      stored.deletedMs = undefined;
      return { Name: stored.name, ARN: stored.arn };
    },
    DeleteSecret(_, { SecretId, ForceDeleteWithoutRecovery: force, RecoveryWindowInDays: days }) {
      refuseUnless(force === undefined || days === undefined, 'InvalidParameterException');
      refuseUnless(
        days === undefined || (Number(days) >= 7 && Number(days) <= 30),
        'InvalidParameterException',
      );
      if (force === true) {
        secrets.delete(String(SecretId));
        return { Name: SecretId };
      }
      const stored = live(SecretId);
      if (stored.managed) throw new AwsFailure('InvalidRequestException');
      stored.deletedMs = now();
      return { Name: stored.name, ARN: stored.arn };
    },
  };
  return { secrets, denied, answer: (operation, input) => answerOf(operations, operation, input) };
}

/** Answers with the operation of this name. */
export function answerOf(
  operations: Readonly<Record<string, Backend>>,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): object | Promise<object> {
  const answer = operations[operation.split('.')[1] ?? ''];
  if (!answer) throw new AwsFailure('UnknownOperationException', 404);
  return answer(operation, input);
}
