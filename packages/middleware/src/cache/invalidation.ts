import type { InvalidateTarget, SecretRef } from '@secretkit/core/provider';
import type { Identity } from './identity.js';
import type { Inflight } from './inflight.js';
import type { CacheState } from './state.js';

/** Makes later reads ask the backend. In-flight requests are detached: they may have read the old value. */
export interface Invalidation {
  invalidate(target: InvalidateTarget | undefined): void;
  /** Runs a write, and invalidates its secret when it starts and when it settles. */
  aroundWrite(ref: SecretRef, write: () => Promise<void>): Promise<void>;
}

export function createInvalidation(
  { entries, negativeEntries }: CacheState,
  inflight: Inflight,
  identify: (ref: SecretRef) => Identity,
): Invalidation {
  function forget(key: string): void {
    entries.delete(key);
    negativeEntries.delete(key);
    inflight.detach(key);
  }

  function forgetCovered(target: InvalidateTarget | undefined): void {
    entries.deleteCovered(target);
    negativeEntries.deleteCovered(target);
    inflight.detachCovered(target);
  }

  return {
    invalidate(target) {
      if (target && 'name' in target) {
        forget(identify(target).key);
        return;
      }
      forgetCovered(target);
      const canonicalScope = target && identify({ name: 'any', scope: target.scope }).ref.scope;
      if (target) forgetCovered({ scope: canonicalScope ?? {} });
    },

    async aroundWrite(ref, write) {
      const { key } = identify(ref);
      forget(key);
      try {
        await write();
      } finally {
        forget(key); // also after a failure: the write may have happened
      }
    },
  };
}
