import type { SecretErrorCode, SecretRef } from '@secretkit/core/provider';

/**
 * An event in the background of a view:
 *
 * - `failure`: a read failed with this code;
 * - `refused`: a new value failed its schema, and the property keeps the previous value;
 * - `missing`: the secret no longer exists.
 */
export interface LiveEvent {
  readonly type: 'failure' | 'refused' | 'missing';
  /** The key of the property. */
  readonly key: string;
  readonly ref: SecretRef;
  readonly code: SecretErrorCode;
}
