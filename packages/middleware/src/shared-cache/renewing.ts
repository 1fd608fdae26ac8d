import type { CallContext } from '@secretkit/core/provider';
import { startTimer } from '../shared/start-timer.js';
import type { SecretState } from './secret-state.js';
import { leaseMs, type SharedRecords } from './shared-records.js';

/** Lengthens leases until the returned function is called, or `isWanted` returns `false`. */
export function renewing(
  held: readonly { readonly state: SecretState; readonly lease: string }[],
  records: SharedRecords,
  isWanted: () => boolean,
  { background }: CallContext,
): () => void {
  if (held.length === 0) return () => undefined;
  let stop = startTimer(renew, leaseMs / 3, background);
  function renew(): void {
    if (!isWanted()) return;
    for (const { state, lease } of held) void records.renew(state, lease).catch(() => undefined); // it is a miss later
    stop = startTimer(renew, leaseMs / 3, background);
  }
  return () => stop();
}
