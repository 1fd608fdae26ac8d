import type { Secret, SecretChange, SecretRef } from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import type { Identity } from './identity.js';

/**
 * Tells listeners of values that replaced others. While somebody listens, a value that was forgotten or evicted is kept for
 * the comparison with the one that comes next.
 */
export interface Changes {
  subscribe(listener: (change: SecretChange) => void): () => void;
  /** An entry is about to go. */
  leave(identity: Identity, secret: Secret): void;
  /** The value of the entry that has gone, if it is still known. It is not any more. */
  take(key: string): Secret | undefined;
  /** A value has come, perhaps in place of another, for the ref that was asked for. */
  arrive(ref: SecretRef, secret: Secret, before: Secret | undefined): void;
  clear(): void;
}

export function changes(maxEntries: number): Changes {
  const listeners = new Set<(change: SecretChange) => void>();
  let departed: LRUCache<string, Secret> | undefined; // while somebody listens

  function tell(change: SecretChange): void {
    for (const listener of [...listeners]) {
      if (!listeners.has(listener)) continue; // it has left meanwhile
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
      departed ??= new LRUCache<string, Secret>({ max: maxEntries });
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) departed = undefined;
      };
    },
    leave({ key }, secret) {
      departed?.set(key, secret);
    },
    take(key) {
      const secret = departed?.get(key);
      departed?.delete(key);
      return secret;
    },
    arrive(ref, secret, before) {
      if (before && before.reveal() !== secret.reveal()) tell({ ref, secret });
    },
    clear() {
      listeners.clear();
      departed = undefined;
    },
  };
}
