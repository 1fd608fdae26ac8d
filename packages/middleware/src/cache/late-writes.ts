import { isSecretError, refKey, type SecretErrorCode, withoutVersion } from '@secretkit/core/provider';
import type { Identity } from './identity.js';

/**
 * The names with a write that failed and may still be applied, since the backend may not have received its end: after a
 * timeout, a lost connection, or an abort of the writer. Until it is applied, a read returns the value from before it.
 */
export interface LateWrites {
  /** Records a failed write, if it may still be applied. The error is `undefined` for an abort of the writer. */
  failed(nameKey: string, error: unknown, monotonicMs: number): void;
  /** A later write of the name was applied. */
  succeeded(nameKey: string): void;
  /** Whether an answer of the backend may be replaced by such a write. Of a name that covers all its versions. */
  mayChange(identity: Identity, monotonicMs: number): boolean;
}

/** How long a write is waited for, in milliseconds. */
const lateForMs = 60_000;

/** The others are answers to the write. After a timeout a retry may end with an open circuit. */
const mayBeApplied: ReadonlySet<SecretErrorCode> = new Set([
  'timeout',
  'unavailable',
  'circuit_open',
  'unknown',
]);

/** @param maxNames - The most names in memory; the oldest is forgotten. */
export function createLateWrites(maxNames: number): LateWrites {
  const lateUntil = new Map<string, number>(); // the oldest is the first

  return {
    failed(nameKey, error, monotonicMs) {
      if (isSecretError(error) && !mayBeApplied.has(error.code)) return;
      lateUntil.delete(nameKey);
      lateUntil.set(nameKey, monotonicMs + lateForMs);
      for (const oldest of lateUntil.keys()) {
        if (lateUntil.size <= maxNames) break;
        lateUntil.delete(oldest);
      }
    },
    succeeded(nameKey) {
      lateUntil.delete(nameKey);
    },
    mayChange({ ref }, monotonicMs) {
      if (lateUntil.size === 0) return false; // for speed: most processes have none
      return monotonicMs < (lateUntil.get(refKey(withoutVersion(ref))) ?? Number.NEGATIVE_INFINITY);
    },
  };
}
