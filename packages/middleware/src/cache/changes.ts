import type { Secret, SecretChange, SecretRef } from '@secretkit/core';
import { LRUCache } from 'lru-cache';
import type { Identity } from './identity.js';

/**
 * Tells listeners of values that replaced others. While somebody listens, the value before is kept for the comparison,
 * also when its entry has been forgotten or evicted.
 */
export interface Changes {
  subscribe(listener: (change: SecretChange) => void): Disposable;
  /** An entry is about to go. */
  leave(identity: Identity, secret: Secret): void;
  /** A value has come, perhaps in place of another, for the ref that was asked for. */
  arrive(key: string, ref: SecretRef, secret: Secret, before: Secret | undefined): void;
  clear(): void;
}

export function changes(maxEntries: number): Changes {
  const listeners = new Set<(change: SecretChange) => void>();
  let lastKnown: LRUCache<string, Secret> | undefined; // while somebody listens

  function tell(change: SecretChange): void {
    for (const listener of [...listeners]) {
      try {
        listener(change);
      } catch {
        // A listener's failure is neither the read's nor another listener's.
      }
    }
  }

  return {
    subscribe(listener) {
      const own = (change: SecretChange): void => listener(change); // the same function may be given twice
      listeners.add(own);
      lastKnown ??= new LRUCache<string, Secret>({ max: maxEntries });
      return {
        [Symbol.dispose]() {
          listeners.delete(own);
          if (listeners.size === 0) lastKnown = undefined;
        },
      };
    },
    leave({ key }, secret) {
      lastKnown?.set(key, secret);
    },
    arrive(key, ref, secret, before) {
      if (!lastKnown) return;
      const known = before ?? lastKnown.get(key);
      lastKnown.set(key, secret);
      if (known && known.reveal() !== secret.reveal()) tell({ ref, secret });
    },
    clear() {
      listeners.clear();
      lastKnown = undefined;
    },
  };
}
