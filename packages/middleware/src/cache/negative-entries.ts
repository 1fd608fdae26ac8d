import { type InvalidateTarget, SecretError, type SecretRef } from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import type { NegativeTimes } from './decide.js';
import { covers, type Identity } from './identity.js';
import type { CacheSettings } from './options.js';
import { versionIndex } from './version-index.js';

/** The absence of a value, and its reason: missing or denied. */
export interface NegativeEntry extends NegativeTimes {
  readonly identity: Identity;
  /**
   * The fields of the failure that reads reject with; `undefined` if the secret is missing. Not the error itself: that keeps
   * the async context of the reader that made it, by its stack.
   */
  readonly failure: Readonly<Pick<SecretError, 'code' | 'problem' | 'provider'>> | undefined;
  readonly waitMs: number;
  /** When it was last read, in monotonic time. */
  readAt: number;
}

/** The negative cache: secrets that have no value. It has a limit of its own, so it never evicts a value. */
export interface NegativeEntries {
  /** Returns the entry, which may have ended, for a read: a name that is not read for long starts with a short wait again. */
  read(key: string, monotonicMs: number): NegativeEntry | undefined;
  /** Returns the entry, which may have ended, and does not count as a read. */
  peek(key: string): NegativeEntry | undefined;
  /** Whether there is an entry that has not ended. Does not count as a read. */
  has(key: string, monotonicMs: number): boolean;
  storeMissing(identity: Identity, monotonicMs: number): void;
  storeDenied(identity: Identity, error: SecretError, monotonicMs: number): void;
  delete(key: string): void;
  /** Removes the entries of all versions of a name. */
  deleteVersions(nameKey: string): void;
  deleteCovered(target: InvalidateTarget | undefined): void;
}

export function createNegativeEntries({
  maxEntries,
  negativeTtlMs,
  negativeTtlMaxMs,
  denialTtlMs,
}: Pick<
  CacheSettings,
  'maxEntries' | 'negativeTtlMs' | 'negativeTtlMaxMs' | 'denialTtlMs'
>): NegativeEntries {
  const versions = versionIndex();
  const lru = new LRUCache<string, NegativeEntry>({
    max: maxEntries,
    dispose: ({ identity }) => versions.delete(identity),
  });

  function store(
    identity: Identity,
    failure: NegativeEntry['failure'],
    waitMs: number,
    readAt: number,
  ): void {
    if (waitMs <= 0) return;
    lru.set(identity.key, { identity, failure, waitMs, until: readAt + waitMs, readAt });
    versions.add(identity);
  }

  return {
    read(key, monotonicMs) {
      const entry = lru.get(key);
      if (entry && monotonicMs - entry.readAt >= 2 * entry.waitMs) {
        lru.delete(key);
        return undefined;
      }
      if (entry) entry.readAt = monotonicMs;
      return entry;
    },
    peek: (key) => lru.peek(key),
    has: (key, monotonicMs) => monotonicMs < (lru.peek(key)?.until ?? Number.NEGATIVE_INFINITY),
    storeMissing(identity, monotonicMs) {
      const previous = lru.peek(identity.key);
      const isRepeated = previous !== undefined && previous.failure === undefined;
      const nextMs = isRepeated ? Math.min(2 * previous.waitMs, negativeTtlMaxMs) : negativeTtlMs;
      store(identity, undefined, Math.max(nextMs, negativeTtlMs), monotonicMs);
    },
    storeDenied(identity, error, monotonicMs) {
      store(identity, { ...error }, denialTtlMs, monotonicMs);
    },
    delete(key) {
      lru.delete(key);
    },
    deleteVersions(nameKey) {
      for (const key of versions.versionsOf(nameKey)) lru.delete(key);
    },
    deleteCovered(target) {
      for (const { identity } of [...lru.values()]) if (covers(target, identity)) lru.delete(identity.key);
    },
  };
}

/** Returns the answer to one read: a new error each time, with the ref that was requested. */
export function negativeAnswer({ failure }: NegativeEntry, ref: SecretRef): SecretError | undefined {
  return failure && new SecretError(failure.code, failure.problem, { ...failure, ref });
}

/** Whether the backend refused access. A denial is definitive; other failures say nothing about the value. */
export function isDenial({ code }: SecretError): boolean {
  return code === 'permission_denied' || code === 'unauthenticated';
}
