import { notify } from '@secretkit/core/middleware';
import type { CallContext, SecretErrorCode, SecretRef } from '@secretkit/core/provider';

export const cacheKind: symbol = Symbol.for('secretkit.kind.cache');

/**
 * Reports to the context of a read what the cache did for it.
 *
 * @param code - The failure that a value in memory is served instead of.
 */
export function report(
  { report: receive }: CallContext,
  result: 'hit' | 'miss' | 'stale' | 'refresh' | 'coalesced',
  ref: SecretRef,
  code?: SecretErrorCode,
): void {
  if (receive) notify(receive, { kind: cacheKind, result, ref, ...(code !== undefined && { code }) });
}
