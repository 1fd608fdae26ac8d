import { checkNumber, checkOptions, kindOf, type SecretRef } from '@secretkit/core/provider';
import { checkClient } from '../aws-call.js';
import { checkCommonOptions } from '../common-options.js';
import { type SecretsManagerClient, secretsManagerOperations } from './client.js';

export interface SecretsManagerSecretsOptions {
  /** The aggregated client of the AWS SDK, created with `maxAttempts: 1`: `new SecretsManager({ maxAttempts: 1 })`. */
  readonly client: SecretsManagerClient;
  /** Text before every name, such as `app/`. @defaultValue none */
  readonly prefix?: string;
  /**
   * The names in AWS: a template such as `apps/{account}/{name}`, or a function that returns a name, an ARN, or `undefined`
   * for a secret that does not exist. Not together with `prefix`. @defaultValue `{name}`, and refs with a scope are missing
   */
  readonly name?: string | ((ref: SecretRef) => string | undefined);
  /** The KMS key of secrets that are created: its id, its ARN or an alias. @defaultValue the key of the account for Secrets Manager */
  readonly kmsKeyId?: string;
  /** How many days a deleted secret can be restored: 7 to 30, or 0 to delete it at once. @defaultValue 30 */
  readonly recoveryWindowDays?: number;
  /** Whether a write to a deleted secret restores it. By default such a write is a `conflict`. @defaultValue false */
  readonly restoreDeleted?: boolean;
  /** Whether a read also asks for the date of the next rotation, at which a cache reads again. @defaultValue false */
  readonly readRotation?: boolean;
  /** Accepts a client that makes attempts of its own. @defaultValue false */
  readonly clientRetries?: boolean;
  /** The clock, in epoch milliseconds, for the minute after a denied batch. @defaultValue a monotonic clock */
  readonly now?: () => number;
}

const owner = 'secretsManagerSecrets';

/** Returns the options, without any that they inherit. @throws `TypeError` or `RangeError` for wrong options. */
export function checkSecretsManagerOptions(
  given: SecretsManagerSecretsOptions,
): SecretsManagerSecretsOptions {
  const options = checkOptions(owner, given, [
    'client',
    'prefix',
    'name',
    'kmsKeyId',
    'recoveryWindowDays',
    'restoreDeleted',
    'readRotation',
    'clientRetries',
    'now',
  ]);
  const { client, recoveryWindowDays = 30 } = options;
  checkClient(owner, client, 'SecretsManager', secretsManagerOperations);
  checkCommonOptions(owner, options);
  for (const option of ['restoreDeleted', 'readRotation'] as const) {
    const value: unknown = options[option];
    if (!['undefined', 'boolean'].includes(typeof value)) {
      throw new TypeError(`${owner}: ${option} must be true or false, got ${kindOf(value)}.`);
    }
  }
  if (recoveryWindowDays !== 0) {
    checkNumber(owner, 'recoveryWindowDays', recoveryWindowDays, { min: 7, max: 30, whole: true });
  }
  return options;
}
