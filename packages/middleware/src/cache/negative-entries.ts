import {
  type InvalidateTarget,
  type SecretError,
  type SecretRef,
  withFields,
} from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import type { NegativeTimes } from './decide.js';
import { covers, type Identity } from './identity.js';

/** The absence of a value, and its reason: missing or denied. */
export interface NegativeEntry extends NegativeTimes {
  readonly identity: Identity;
  /** The failure that reads reject with; `undefined` if the secret is missing. */
  readonly error: SecretError | undefined;
}

/** The negative cache: secrets that have no value. It has a limit of its own, so it never evicts a value. */
export interface NegativeEntries {
  find(key: string): NegativeEntry | undefined;
  store(identity: Identity, error: SecretError | undefined, ttlMs: number, monotonicMs: number): void;
  delete(key: string): void;
  deleteCovered(target: InvalidateTarget | undefined): void;
}

export function createNegativeEntries(maxEntries: number): NegativeEntries {
  const lru = new LRUCache<string, NegativeEntry>({ max: maxEntries });
  return {
    find: (key) => lru.get(key),
    store(identity, error, ttlMs, monotonicMs) {
      if (ttlMs > 0) lru.set(identity.key, { identity, error, until: monotonicMs + ttlMs });
    },
    delete(key) {
      lru.delete(key);
    },
    deleteCovered(target) {
      for (const { identity } of [...lru.values()]) if (covers(target, identity)) lru.delete(identity.key);
    },
  };
}

/** Returns the answer to one read: a new error each time, with the ref that was requested. */
export function negativeAnswer({ error }: NegativeEntry, ref: SecretRef): SecretError | undefined {
  return error && withFields(error, { ref });
}

/** Whether the backend refused access. A denial is definitive; other failures say nothing about the value. */
export function isDenial({ code }: SecretError): boolean {
  return code === 'permission_denied' || code === 'unauthenticated';
}
