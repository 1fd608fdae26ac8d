import { type InvalidateTarget, refKey, type SecretRef, withoutVersion } from '@secretkit/core/provider';
import type { Identity } from './identity.js';
import type { Inflight } from './inflight.js';
import type { CacheState } from './state.js';

/** Makes later reads ask the backend. In-flight requests are detached: they may have read the old value. */
export interface Invalidation {
  invalidate(target: InvalidateTarget | undefined): void;
  /** The same for all versions of a name, but not for the name itself. */
  forgetVersions(nameKey: string): void;
  /** Runs a write, and invalidates its secret when it starts and when it settles. Returns its result. */
  aroundWrite<T>(ref: SecretRef, write: () => Promise<T>): Promise<T>;
}

export function createInvalidation(
  { entries, negativeEntries }: CacheState,
  inflight: Inflight,
  identify: (ref: SecretRef) => Identity,
): Invalidation {
  // A version may be a stage, which a write moves; and a ref with a version may name the current one.
  function forgetName(ref: SecretRef): void {
    const nameKey = refKey(withoutVersion(identify(ref).ref));
    entries.delete(nameKey);
    negativeEntries.delete(nameKey);
    inflight.detach(nameKey);
    forgetVersions(nameKey);
  }

  function forgetVersions(nameKey: string): void {
    entries.deleteVersions(nameKey);
    negativeEntries.deleteVersions(nameKey);
    inflight.detachVersions(nameKey);
  }

  function forgetCovered(target: InvalidateTarget | undefined): void {
    entries.deleteCovered(target);
    negativeEntries.deleteCovered(target);
    inflight.detachCovered(target);
  }

  return {
    forgetVersions,

    invalidate(target) {
      if (target && 'name' in target) {
        forgetName(target);
        return;
      }
      forgetCovered(target);
      const canonicalScope = target && identify({ name: 'any', scope: target.scope }).ref.scope;
      if (target) forgetCovered({ scope: canonicalScope ?? {} });
    },

    async aroundWrite(ref, write) {
      forgetName(ref);
      try {
        return await write();
      } finally {
        forgetName(ref); // also after a failure: the write may have happened
      }
    },
  };
}
