import { notify } from '@secretkit/core/middleware';
import type { CallContext, SecretErrorCode, SecretRef } from '@secretkit/core/provider';
import { layerKind } from '../shared/layer-kind.js';

export const snapshotKind: symbol = layerKind('snapshot');

/** The counts of the layer, for its snapshot in `layersOf`. */
export interface Counts {
  /** Reads that failed and got a record. */
  served: number;
  stored: number;
  /** Records that did not open. */
  unreadable: number;
}

/** Reports to the context of a read that it was served a record, and the failure that it does not see. */
export function report(
  { report: receive }: CallContext,
  result: 'stale',
  ref: SecretRef,
  code: SecretErrorCode | undefined,
): void {
  if (receive) notify(receive, { kind: snapshotKind, result, ref, ...(code !== undefined && { code }) });
}
