import { ignoreErrors, sameValue } from '@secretkit/core/middleware';
import type { CacheInvalidation, Secret, SecretChange, SecretRef } from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import type { Identity } from './identity.js';

/** A report of `memory.subscribe`: a value that replaced another one, or that values may have changed. */
export type MemoryChange = SecretChange | CacheInvalidation;

/**
 * Reports values that replaced others to the listeners. While there is a listener, a value that was removed is kept, to be
 * compared with the next one.
 */
export interface Changes {
  /** Returns the function that ends the subscription. */
  subscribe(listener: (change: MemoryChange) => void): () => void;
  /** Records a value that is removed from the entries. */
  recordRemoved(identity: Identity, secret: Secret): void;
  /** Returns the removed value of this key, if it is still known, and forgets it. */
  takeRemoved(key: string): Secret | undefined;
  /** Notifies the listeners if the value differs from the previous one, if any. The ref is the one that was requested. */
  report(ref: SecretRef, secret: Secret, previous: Secret | 'unknown' | undefined): void;
  /** Notifies the listeners that values may have changed. Only a cache has a use for it. */
  forward(change: MemoryChange): void;
  clear(): void;
}

export function createChanges(maxEntries: number): Changes {
  const listeners = new Set<(change: MemoryChange) => void>();
  let removed: LRUCache<string, Secret> | undefined; // present while there is a listener

  function notifyAll(change: MemoryChange): void {
    for (const listener of [...listeners]) {
      if (!listeners.has(listener)) continue; // an earlier listener ended it
      ignoreErrors(() => listener(change)); // it must not fail the read, or another listener
    }
  }

  return {
    subscribe(listener) {
      const own = (change: MemoryChange): void => listener(change); // the same function may subscribe twice
      listeners.add(own);
      removed ??= new LRUCache<string, Secret>({ max: maxEntries });
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) removed = undefined;
      };
    },
    recordRemoved({ key }, secret) {
      removed?.set(key, secret);
    },
    takeRemoved(key) {
      const secret = removed?.get(key);
      removed?.delete(key);
      return secret;
    },
    report(ref, secret, previous) {
      if (previous && (previous === 'unknown' || !sameValue(previous, secret))) notifyAll({ ref, secret });
    },
    forward: notifyAll,
    clear() {
      listeners.clear();
      removed = undefined;
    },
  };
}
