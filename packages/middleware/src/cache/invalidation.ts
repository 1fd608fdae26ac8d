import {
  type CallContext,
  type InvalidateTarget,
  refKey,
  type SecretRef,
  throwIfAborted,
  withoutVersion,
} from '@secretkit/core/provider';
import { canonicalScope, type Identity, isRef } from './identity.js';
import type { Inflight } from './inflight.js';
import type { CacheState } from './state.js';

/** Makes later reads ask the backend. In-flight requests are detached: they may have read the old value. */
export interface Invalidation {
  invalidate(target: InvalidateTarget | undefined): void;
  /** The same for all versions of a name, but not for the name itself. */
  forgetVersions(nameKey: string): void;
  /**
   * Runs a write, and invalidates its secret when it starts and when it settles. Returns its result. Records a failure after
   * which it may still be applied.
   */
  aroundWrite<T>(ref: SecretRef, ctx: CallContext, write: () => Promise<T>): Promise<T>;
}

export function createInvalidation(
  { entries, negativeEntries, lateWrites, clock }: CacheState,
  inflight: Inflight,
  identify: (ref: SecretRef) => Identity,
): Invalidation {
  function nameKeyOf(ref: SecretRef): string {
    return refKey(withoutVersion(identify(ref).ref));
  }

  // A version may be a stage, which a write moves; and a ref with a version may name the current one.
  function forgetName(ref: SecretRef): void {
    const nameKey = nameKeyOf(ref);
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
      if (isRef(target)) forgetName(target);
      else forgetCovered(canonicalScope(target, identify));
    },

    async aroundWrite(ref, { signal }, write) {
      throwIfAborted(signal); // nothing is sent
      forgetName(ref);
      try {
        const result = await write();
        lateWrites.succeeded(nameKeyOf(ref));
        return result;
      } catch (error) {
        lateWrites.failed(nameKeyOf(ref), signal?.aborted ? undefined : error, clock.now().monotonicMs);
        throw error;
      } finally {
        forgetName(ref); // also after a failure: the write may have happened
      }
    },
  };
}
