import type { SecretErrorCode, SecretRef } from '@secretkit/core/provider';

/**
 * What happened in the background of a view:
 *
 * - `failure`: a read failed, with this code;
 * - `refused`: a new value does not pass its schema, and the one before is kept;
 * - `missing`: the secret is there no more.
 */
export interface LiveEvent {
  readonly type: 'failure' | 'refused' | 'missing';
  readonly key: string;
  readonly ref: SecretRef;
  readonly code: SecretErrorCode;
}
