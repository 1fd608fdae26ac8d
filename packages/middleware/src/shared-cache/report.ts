import { notify } from '@secretkit/core/middleware';
import type { CallContext, SecretErrorCode, SecretRef } from '@secretkit/core/provider';
import { layerKind } from '../shared/layer-kind.js';

export const sharedCacheKind: symbol = layerKind('sharedCache');

export type Outcome = 'hit' | 'miss' | 'stale';

/** The counts of the layer, for its snapshot. */
export interface Counts {
  hits: number;
  misses: number;
  stale: number;
  /** Waits for another process. */
  waits: number;
  /** Calls to the provider inside. */
  reads: number;
  stores: number;
  /** Records that did not open. */
  unreadable: number;
}

export const noCounts = (): Counts => ({
  hits: 0,
  misses: 0,
  stale: 0,
  waits: 0,
  reads: 0,
  stores: 0,
  unreadable: 0,
});

/** Reports to the context of a read what the shared cache did for it. */
export function report(
  { report: receive }: CallContext,
  result: Outcome,
  ref: SecretRef,
  code?: SecretErrorCode,
): void {
  if (receive) notify(receive, { kind: sharedCacheKind, result, ref, ...(code !== undefined && { code }) });
}
