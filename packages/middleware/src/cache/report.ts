import { notify } from '@secretkit/core/middleware';
import type { CallContext, SecretRef } from '@secretkit/core/provider';

export const cacheKind: symbol = Symbol.for('secretkit.kind.cache');

/** Reports to the context of a read what the cache did for it. */
export function report(
  { report: receive }: CallContext,
  result: 'hit' | 'miss' | 'stale' | 'refresh' | 'coalesced',
  ref: SecretRef,
): void {
  if (receive) notify(receive, { kind: cacheKind, result, ref });
}
