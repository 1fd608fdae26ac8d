import type { MonotonicClock } from '@secretkit/core/middleware';
import {
  type InvalidateTarget,
  type SecretError,
  type SecretRef,
  withFields,
} from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import { covers, type Identity } from './identity.js';

/** The absence of a value, and its reason: missing or denied. */
export interface NegativeEntry {
  /** The failure that reads reject with; `undefined` if the secret is missing. */
  readonly error: SecretError | undefined;
}

interface StoredNegativeEntry extends NegativeEntry {
  readonly identity: Identity;
  /** In monotonic time. */
  readonly until: number;
}

/** The negative cache: secrets that have no value. It has a limit of its own, so it never evicts a value. */
export interface NegativeEntries {
  find(key: string, now: number): NegativeEntry | undefined;
  store(identity: Identity, error: SecretError | undefined, ttlMs: number, now: number): void;
  delete(key: string): void;
  deleteCovered(target: InvalidateTarget | undefined): void;
}

export function createNegativeEntries(maxEntries: number, clock: MonotonicClock): NegativeEntries {
  const lru = new LRUCache<string, StoredNegativeEntry>({ max: maxEntries });
  return {
    find(key, now) {
      const entry = lru.get(key);
      if (!entry || now + clock.offsetMs < entry.until) return entry;
      lru.delete(key);
      return undefined;
    },
    store(identity, error, ttlMs, now) {
      if (ttlMs > 0) lru.set(identity.key, { identity, error, until: now + clock.offsetMs + ttlMs });
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
