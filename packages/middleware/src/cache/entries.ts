import { answered, type InvalidateTarget, type Secret } from '@secretkit/core';
import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.js';
import { covers, type Identity } from './identity.js';

/** A value in memory. */
export interface Entry {
  readonly identity: Identity;
  readonly secret: Secret;
  /** What a hit returns: the same resolved promise each time. */
  readonly answer: Promise<Secret>;
  readonly freshUntil: number;
  readonly era: number;
}

/** The values in memory, each until its time-to-live or its expiry, whichever comes first; the least used goes first. */
export interface Entries {
  /** The entry, if it is fresh. Counts as a use. */
  use(key: string): Entry | undefined;
  /** The entry, fresh or not, without a trace. */
  look(key: string): Entry | undefined;
  isFresh(entry: Entry): boolean;
  store(identity: Identity, secret: Secret, fetchedAt: number): void;
  delete(key: string): void;
  deleteCovered(target: InvalidateTarget | undefined): void;
  readonly size: number;
}

export function entries(ttlMs: number, maxEntries: number, clock: Clock): Entries {
  // Its own ttl stays unused: ours follows one clock, and a value's expiry.
  const lru = new LRUCache<string, Entry>({ max: maxEntries });
  const isFresh = (entry: Entry): boolean => clock.read() < entry.freshUntil && entry.era === clock.era;

  return {
    isFresh,
    use(key) {
      const entry = lru.get(key);
      if (entry === undefined || isFresh(entry)) return entry;
      lru.delete(key);
      return undefined;
    },
    look: (key) => lru.peek(key),
    store(identity, secret, fetchedAt) {
      const expiresAt = secret.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
      const freshUntil = Math.min(fetchedAt + ttlMs, expiresAt);
      lru.set(identity.key, { identity, secret, answer: answered(secret), freshUntil, era: clock.era });
    },
    delete: (key) => {
      lru.delete(key);
    },
    deleteCovered(target) {
      for (const [key, { identity }] of lru.entries()) if (covers(target, identity)) lru.delete(key);
    },
    get size() {
      return lru.size;
    },
  };
}
