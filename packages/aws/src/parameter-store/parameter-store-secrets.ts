import {
  type Answer,
  invalid,
  isSecretError,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  type SecretVersion,
} from '@secretkit/core/provider';
import {
  cursorOf,
  dateOf,
  listOf,
  numberOf,
  objectOf,
  optionalListOf,
  textOf,
  textsOf,
} from '../answer-fields.js';
import { checkRegion } from '../arn.js';
import { callsOf } from '../aws-call.js';
import { isNamed } from '../aws-error.js';
import { type BatchItem, batchReader } from '../batch-reader.js';
import { canonicalOf } from '../canonical.js';
import { checkAnswer } from '../check-answer.js';
import { nameMapping, type Target } from '../name-mapping.js';
import { checkSize, refuseExpiry, sealed } from '../value.js';
import type { ParameterStoreOperation } from './client.js';
import { parameterNames } from './names.js';
import { checkParameterStoreOptions, type ParameterStoreSecretsOptions } from './options.js';

/** Parameter Store of AWS Systems Manager as a provider. */
export type ParameterStoreSecrets = SecretProvider &
  Required<Pick<SecretProvider, 'getMany' | 'set' | 'delete' | 'listVersions' | 'canonical'>>;

/** Parameter Store as a provider that lists: its names are a hierarchy, such as those below the prefix `/app/`. */
export type ListableParameterStoreSecrets = ParameterStoreSecrets & Required<Pick<SecretProvider, 'list'>>;

type Signal = AbortSignal | undefined;

// The limits of AWS.
const maxBatchSize = 10;
const maxPageSize = 10;
const maxHistoryPageSize = 50;
const maxStandardBytes = 4_096;
const maxBytes = 8_192;
const store = 'Parameter Store';

/**
 * Returns a provider of the parameters in Parameter Store of AWS Systems Manager. It writes them as `SecureString`.
 *
 * @throws `TypeError` for wrong options.
 * @example
 * ```ts
 * import { SSM } from '@aws-sdk/client-ssm';
 * import { parameterStoreSecrets } from '@secretkit/aws/parameter-store';
 * import { createSecrets } from '@secretkit/core';
 *
 * const client = new SSM({ region: 'eu-central-1', maxAttempts: 1 });
 * const secrets = createSecrets(parameterStoreSecrets({ client, prefix: '/app/prod/' }));
 * ```
 */
export function parameterStoreSecrets(
  options: ParameterStoreSecretsOptions &
    ({ readonly prefix: `/${string}/` } | { readonly name: `/${string}` }),
): ListableParameterStoreSecrets;
export function parameterStoreSecrets(options: ParameterStoreSecretsOptions): ParameterStoreSecrets;
export function parameterStoreSecrets(given: ParameterStoreSecretsOptions): ParameterStoreSecrets {
  const options = checkParameterStoreOptions(given);
  const { client, prefix, name, kmsKeyId, tier, clientRetries = false } = options;
  const names = nameMapping('parameterStoreSecrets', { prefix, name }, parameterNames);
  const call = callsOf<ParameterStoreOperation>(client, { clientRetries });

  async function checked<T extends Target | undefined>(target: T, signal: Signal): Promise<T> {
    if (target?.arn) checkRegion(target.arn, await call.region(signal));
    return target;
  }

  async function itemOf(ref: SecretRef, signal: Signal): Promise<BatchItem | undefined> {
    const { version } = ref;
    const target = await checked(names.find(ref), signal);
    if (!target || (version !== undefined && !isSelector(version))) return undefined;
    return { ...target, version, key: version === undefined ? target.id : `${target.id}:${version}` };
  }

  async function readOne(item: BatchItem, signal: Signal): Promise<Secret | undefined> {
    const input = { Name: item.key, WithDecryption: true };
    const answer = await call('getParameter', input, signal).catch(orMissing);
    if (!answer) return undefined;
    const parameter = objectOf(answer, 'Parameter');
    checkAnswer(parameter, item);
    return toSecret(parameter);
  }

  async function readMany(items: readonly BatchItem[], signal: Signal): Promise<ReadonlyMap<string, Answer>> {
    const answer = await call(
      'getParameters',
      { Names: items.map(({ key }) => key), WithDecryption: true },
      signal,
    );
    const found = optionalListOf(answer, 'Parameters');
    const missing = textsOf(answer, 'InvalidParameters');
    const answers = new Map<string, Answer>();
    for (const item of items) {
      if (missing.includes(item.key)) answers.set(item.key, undefined);
      const [parameter, ...others] = found.filter((each) => isAnswerFor(each, item));
      if (parameter && others.length === 0) answers.set(item.key, toAnswer(parameter));
    }
    return answers;
  }

  const readBatch = batchReader({
    size: maxBatchSize,
    now: options.now ?? (() => performance.now()),
    itemOf,
    isShared: () => true,
    readMany,
    readOne,
  });

  const provider: ParameterStoreSecrets = {
    name: 'aws-parameter-store',

    async get(ref, { signal }) {
      const item = await itemOf(ref, signal);
      return item && readOne(item, signal);
    },

    getMany: (refs, { signal }) => readBatch(refs, signal),

    async set(ref, secret, { signal }) {
      refuseExpiry(secret, store);
      if (secret.format === 'base64')
        throw invalid(`value must be a text in ${store}, got bytes. Encode them.`);
      checkSize(secret, tier === 'Standard' ? maxStandardBytes : maxBytes, store);
      const { id } = await checked(names.place(ref), signal);
      const input = {
        Name: id,
        Value: secret.reveal(),
        Type: 'SecureString',
        Overwrite: true,
        ...(kmsKeyId !== undefined && { KeyId: kmsKeyId }),
        ...(tier !== undefined && { Tier: tier }),
      };
      const version = numberOf(await call('putParameter', input, signal), 'Version');
      if (version !== undefined) return { version: String(version) };
      throw new SecretError(
        'invalid_data',
        'the answer to a write must have its Version. Check the endpoint.',
      );
    },

    async delete(ref, { signal }) {
      const target = await checked(names.find(ref), signal);
      if (target) await call('deleteParameter', { Name: target.id }, signal).catch(orMissing);
    },

    async listVersions(ref, { signal }) {
      const target = await checked(names.find(ref), signal);
      if (!target) return [];
      const versions: SecretVersion[] = [];
      let cursor: string | undefined;
      do {
        const query = { Name: target.id, MaxResults: maxHistoryPageSize, NextToken: cursor };
        const page = await call('getParameterHistory', { ...query, WithDecryption: false }, signal).catch(
          orMissing,
        );
        if (!page) return [];
        versions.push(...listOf(page, 'Parameters').map(toVersion));
        cursor = cursorOf(page, cursor);
      } while (cursor !== undefined);
      return versions.sort((one, other) => Number(other.version) - Number(one.version));
    },

    canonical: (ref) => canonicalOf(names, ref),
  };

  const { before } = names;
  const template = prefix ?? name;
  if (!before || typeof template !== 'string' || !/^\/(?:.*\/)?(?:\{name\})?$/.test(template))
    return Object.freeze(provider);
  const listable: ListableParameterStoreSecrets = {
    ...provider,
    async list({ scope, cursor, limit = maxPageSize }, { signal }) {
      const path = before(scope);
      if (path === undefined) return { refs: [] };
      const query = {
        Path: path.slice(0, -1) || '/',
        Recursive: true,
        WithDecryption: false,
        NextToken: cursor,
      };
      const page = await call(
        'getParametersByPath',
        { ...query, MaxResults: Math.min(limit, maxPageSize) },
        signal,
      );
      const listed = listOf(page, 'Parameters').map((parameter) => textOf(parameter, 'Name') ?? '');
      const next = cursorOf(page, cursor);
      return {
        refs: listed
          .filter((id) => id.startsWith(path) && id.length > path.length)
          .map((id) => ({ name: id.slice(path.length), ...(scope && { scope }) })),
        ...(next !== undefined && { cursor: next }),
      };
    },
  };
  return Object.freeze(listable);
}

function orMissing(error: unknown): undefined {
  if (!isNamed(error, 'ParameterNotFound', 'ParameterVersionNotFound')) throw error;
}

/** Whether this is a version, or can be a label. */
function isSelector(version: string): boolean {
  return /^[\w.-]{1,100}$/.test(version);
}

/** AWS repeats the version or the label of a request as `Selector`. Without it, an answer could be of several items. */
function isAnswerFor(parameter: object, { id, version = '' }: BatchItem): boolean {
  const isOfName = [textOf(parameter, 'Name'), textOf(parameter, 'ARN')].includes(id);
  const selector = (textOf(parameter, 'Selector') ?? '').replace(/^.*:/, '');
  return isOfName && selector === version;
}

function toAnswer(parameter: object): Answer {
  try {
    return toSecret(parameter);
  } catch (error) {
    if (isSecretError(error)) return error;
    throw error;
  }
}

function toSecret(parameter: object): Secret | undefined {
  return sealed(textOf(parameter, 'Value'), {
    version: numberOf(parameter, 'Version')?.toString(),
    createdAt: dateOf(parameter, 'LastModifiedDate'),
  });
}

function toVersion(parameter: object): SecretVersion {
  const version = numberOf(parameter, 'Version');
  if (version === undefined) {
    throw new SecretError('invalid_data', 'the answer has a version without a number. Check the endpoint.');
  }
  const createdAt = dateOf(parameter, 'LastModifiedDate');
  return { version: String(version), stages: textsOf(parameter, 'Labels'), ...(createdAt && { createdAt }) };
}
