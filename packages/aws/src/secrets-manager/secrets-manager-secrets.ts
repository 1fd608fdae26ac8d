import {
  type Answer,
  contentOf,
  isSecretError,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  type SecretVersion,
} from '@secretkit/core/provider';
import { cursorOf, dateOf, fieldOf, listOf, optionalListOf, textOf } from '../answer-fields.js';
import { checkRegion } from '../arn.js';
import { callsOf } from '../aws-call.js';
import { isNamed, itemError } from '../aws-error.js';
import { type BatchItem, batchReader } from '../batch-reader.js';
import { canonicalOf } from '../canonical.js';
import { checkAnswer } from '../check-answer.js';
import { nameMapping, type Target } from '../name-mapping.js';
import { checkSize, refuseExpiry, sealed } from '../value.js';
import type { SecretsManagerOperation } from './client.js';
import { secretNames } from './names.js';
import { checkSecretsManagerOptions, type SecretsManagerSecretsOptions } from './options.js';
import { secretWriter } from './secret-writer.js';
import { newestFirst, toVersion, versionInput } from './versions.js';

/** AWS Secrets Manager as a provider. */
export type SecretsManagerSecrets = SecretProvider &
  Required<Pick<SecretProvider, 'getMany' | 'set' | 'delete' | 'listVersions' | 'canonical'>>;

/** AWS Secrets Manager as a provider that lists: its names have a prefix or a template. */
export type ListableSecretsManagerSecrets = SecretsManagerSecrets & Required<Pick<SecretProvider, 'list'>>;

type Signal = AbortSignal | undefined;

// The limits of AWS.
const maxBatchSize = 20;
const maxPageSize = 100;
const maxBytes = 65_536;
const maxVersionLength = 256;
const store = 'Secrets Manager';

/**
 * Returns a provider of the secrets in AWS Secrets Manager.
 *
 * @throws `TypeError` or `RangeError` for wrong options.
 * @example
 * ```ts
 * import { SecretsManager } from '@aws-sdk/client-secrets-manager';
 * import { secretsManagerSecrets } from '@secretkit/aws/secrets-manager';
 * import { createSecrets } from '@secretkit/core';
 *
 * const client = new SecretsManager({ region: 'eu-central-1', maxAttempts: 1 });
 * const secrets = createSecrets(secretsManagerSecrets({ client, prefix: 'app/' }));
 * ```
 */
export function secretsManagerSecrets(
  options: SecretsManagerSecretsOptions & { readonly name?: string },
): ListableSecretsManagerSecrets;
export function secretsManagerSecrets(options: SecretsManagerSecretsOptions): SecretsManagerSecrets;
export function secretsManagerSecrets(given: SecretsManagerSecretsOptions): SecretsManagerSecrets {
  const options = checkSecretsManagerOptions(given);
  const { client, prefix, name, kmsKeyId, recoveryWindowDays = 30 } = options;
  const { restoreDeleted = false, readRotation = false, clientRetries = false } = options;
  const names = nameMapping('secretsManagerSecrets', { prefix, name }, secretNames);
  const call = callsOf<SecretsManagerOperation>(client, { clientRetries });

  async function checked<T extends Target | undefined>(target: T, signal: Signal): Promise<T> {
    if (target?.arn) checkRegion(target.arn, await call.region(signal));
    return target;
  }

  async function itemOf(ref: SecretRef, signal: Signal): Promise<BatchItem | undefined> {
    const { version } = ref;
    const target = await checked(names.find(ref), signal);
    if (!target || (version !== undefined && version.length > maxVersionLength)) return undefined;
    return { ...target, version, key: version === undefined ? target.id : `${target.id}\0${version}` };
  }

  async function readOne(item: BatchItem, signal: Signal): Promise<Secret | undefined> {
    const { id, version } = item;
    const [answer, refreshAt] = await Promise.all([
      call('getSecretValue', { SecretId: id, ...versionInput(version) }, signal).catch(orMissing),
      version === undefined ? nextRotation(id, signal) : undefined, // a version never changes
    ]);
    if (answer) checkAnswer(answer, item);
    return answer && toSecret(answer, refreshAt);
  }

  async function readMany(items: readonly BatchItem[], signal: Signal): Promise<ReadonlyMap<string, Answer>> {
    const answer = await call('batchGetSecretValue', { SecretIdList: items.map(({ id }) => id) }, signal);
    const answers = new Map<string, Answer>();
    for (const failure of optionalListOf(answer, 'Errors')) {
      const item = items.find(({ id }) => id === textOf(failure, 'SecretId'));
      const error = itemError(fieldOf(failure, 'ErrorCode'));
      if (item) answers.set(item.key, isMissing(error) ? undefined : error);
    }
    async function add(value: object): Promise<void> {
      const item = items.find(({ id }) => isValueOf(value, id));
      if (item) answers.set(item.key, toAnswer(value, await nextRotation(item.id, signal)));
    }
    await Promise.all(optionalListOf(answer, 'SecretValues').map(add));
    return answers;
  }

  /** A failure only means that there is no date: the value itself is there. */
  async function nextRotation(id: string, signal: Signal): Promise<Date | undefined> {
    if (!readRotation) return undefined;
    const described = await call('describeSecret', { SecretId: id }, signal).catch(() => ({}));
    return dateOf(described, 'NextRotationDate');
  }

  const writer = secretWriter(call, { kmsKeyId, recoveryWindowDays, restoreDeleted });

  const readBatch = batchReader({
    size: maxBatchSize,
    now: options.now ?? (() => performance.now()),
    itemOf,
    isShared: ({ version }) => version === undefined, // a batch names no versions
    readMany,
    readOne,
  });

  const provider: SecretsManagerSecrets = {
    name: 'aws-secrets-manager',

    async get(ref, { signal }) {
      const item = await itemOf(ref, signal);
      return item && readOne(item, signal);
    },

    getMany: (refs, { signal }) => readBatch(refs, signal),

    async set(ref, secret, { signal, idempotencyKey }) {
      refuseExpiry(secret, store);
      checkSize(secret, maxBytes, store);
      const target = await checked(names.place(ref), signal);
      const content = contentOf(secret);
      const value = typeof content === 'string' ? { SecretString: content } : { SecretBinary: content };
      const answer = await writer.put(target, { ...value, ClientRequestToken: idempotencyKey }, signal);
      const version = textOf(answer, 'VersionId');
      if (version !== undefined) return { version };
      throw new SecretError(
        'invalid_data',
        'the answer to a write must have its VersionId. Check the endpoint.',
      );
    },

    async delete(ref, { signal }) {
      const target = await checked(names.find(ref), signal);
      if (target) await writer.remove(target.id, signal);
    },

    async listVersions(ref, { signal }) {
      const target = await checked(names.find(ref), signal);
      const described =
        target && (await call('describeSecret', { SecretId: target.id }, signal).catch(orMissing));
      if (!described || dateOf(described, 'DeletedDate')) return [];
      const versions: SecretVersion[] = [];
      let cursor: string | undefined;
      do {
        const query = { SecretId: target.id, IncludeDeprecated: true, MaxResults: maxPageSize };
        const page = await call('listSecretVersionIds', { ...query, NextToken: cursor }, signal);
        versions.push(...listOf(page, 'Versions').map(toVersion));
        cursor = cursorOf(page, cursor);
      } while (cursor !== undefined);
      return versions.sort(newestFirst);
    },

    canonical: (ref) => canonicalOf(names, ref),
  };

  const { before } = names;
  if (!before) return Object.freeze(provider);
  const listable: ListableSecretsManagerSecrets = {
    ...provider,
    async list({ scope, cursor, limit = maxPageSize }, { signal }) {
      const start = before(scope);
      if (start === undefined) return { refs: [] };
      const page = await call(
        'listSecrets',
        {
          MaxResults: Math.min(limit, maxPageSize),
          NextToken: cursor,
          ...(start !== '' && { Filters: [{ Key: 'name', Values: [start] }] }),
        },
        signal,
      );
      const listed = listOf(page, 'SecretList').map((secret) => textOf(secret, 'Name') ?? '');
      const next = cursorOf(page, cursor);
      return {
        refs: listed
          .filter((id) => id.startsWith(start) && id.length > start.length)
          .map((id) => ({ name: id.slice(start.length), ...(scope && { scope }) })),
        ...(next !== undefined && { cursor: next }),
      };
    },
  };
  return Object.freeze(listable);
}

/** A deleted secret is missing: AWS answers that the request is invalid in its state. */
function isMissing(error: unknown): boolean {
  return isNamed(error, 'ResourceNotFoundException', 'InvalidRequestException');
}

function orMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

/** An id is a name, an ARN, or an ARN without the six random characters at its end. */
function isValueOf(value: object, id: string): boolean {
  const [name, arn = ''] = [textOf(value, 'Name'), textOf(value, 'ARN')];
  return name === id || arn === id || (arn.startsWith(`${id}-`) && arn.length === id.length + 7);
}

function toAnswer(value: object, refreshAt: Date | undefined): Answer {
  try {
    return toSecret(value, refreshAt);
  } catch (error) {
    if (isSecretError(error)) return error;
    throw error;
  }
}

function toSecret(answer: object, refreshAt: Date | undefined): Secret | undefined {
  return sealed(textOf(answer, 'SecretString') ?? fieldOf(answer, 'SecretBinary'), {
    version: textOf(answer, 'VersionId'),
    createdAt: dateOf(answer, 'CreatedDate'),
    refreshAt,
  });
}
