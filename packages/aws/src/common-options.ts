import { checkFunction, kindOf } from '@secretkit/core/provider';

interface CommonOptions {
  readonly kmsKeyId?: string;
  readonly clientRetries?: boolean;
  readonly now?: () => number;
}

/** @throws `TypeError` for wrong options that both stores have. */
export function checkCommonOptions(owner: string, { kmsKeyId, clientRetries, now }: CommonOptions): void {
  if (kmsKeyId !== undefined && (typeof kmsKeyId !== 'string' || kmsKeyId === '')) {
    const got = kmsKeyId === '' ? 'an empty string' : kindOf(kmsKeyId);
    throw new TypeError(`${owner}: kmsKeyId must be the id, the ARN or an alias of a KMS key, got ${got}.`);
  }
  if (!['undefined', 'boolean'].includes(typeof clientRetries)) {
    throw new TypeError(`${owner}: clientRetries must be true or false, got ${kindOf(clientRetries)}.`);
  }
  checkFunction(owner, 'now', now);
}
