import { checkOptions, kindOf, type SecretRef } from '@secretkit/core/provider';
import { checkClient } from '../aws-call.js';
import { checkCommonOptions } from '../common-options.js';
import { type ParameterStoreClient, parameterStoreOperations } from './client.js';

/** The tiers of parameters, as AWS names them. */
export type ParameterTier = 'Standard' | 'Advanced' | 'Intelligent-Tiering';

export interface ParameterStoreSecretsOptions {
  /** The aggregated client of the AWS SDK, created with `maxAttempts: 1`: `new SSM({ maxAttempts: 1 })`. */
  readonly client: ParameterStoreClient;
  /** Text before every name, such as `/app/prod/`. @defaultValue none */
  readonly prefix?: string;
  /**
   * The names in AWS: a template such as `/apps/{account}/{name}`, or a function that returns a name, an ARN, or `undefined`
   * for a secret that does not exist. Not together with `prefix`. @defaultValue `{name}`, and refs with a scope are missing
   */
  readonly name?: string | ((ref: SecretRef) => string | undefined);
  /** The KMS key of what is written: its id, its ARN or an alias. @defaultValue the key of the account for Parameter Store */
  readonly kmsKeyId?: string;
  /** The tier of what is written. @defaultValue that of the parameter; for a new one, that of the account */
  readonly tier?: ParameterTier;
  /** Accepts a client that makes attempts of its own. @defaultValue false */
  readonly clientRetries?: boolean;
  /** The clock, in epoch milliseconds, for the minute after a denied batch. @defaultValue a monotonic clock */
  readonly now?: () => number;
}

const owner = 'parameterStoreSecrets';
const tiers: readonly unknown[] = ['Standard', 'Advanced', 'Intelligent-Tiering'] satisfies ParameterTier[];

/** Returns the options, without any that they inherit. @throws `TypeError` for wrong options. */
export function checkParameterStoreOptions(
  given: ParameterStoreSecretsOptions,
): ParameterStoreSecretsOptions {
  const options = checkOptions(owner, given, [
    'client',
    'prefix',
    'name',
    'kmsKeyId',
    'tier',
    'clientRetries',
    'now',
  ]);
  const { client, tier } = options;
  checkClient(owner, client, 'SSM', parameterStoreOperations);
  checkCommonOptions(owner, options);
  if (tier === undefined || tiers.includes(tier)) return options;
  throw new TypeError(`${owner}: tier must be one of ${tiers.join(', ')}, got ${kindOf(tier)}.`);
}
