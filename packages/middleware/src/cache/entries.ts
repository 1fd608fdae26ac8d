import type { MonotonicClock } from '@secretkit/core/middleware';
import type { InvalidateTarget, Secret } from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import { type Entry, type EntryHandle, StoredEntry } from './entry.js';
import { type CallTiming, freshForMs } from './freshness.js';
import { covers, type Identity } from './identity.js';
import type { CacheSettings } from './options.js';

/** The values in memory, fresh or stale. The least recently used one is evicted when there are too many. */
export interface Entries {
  /** Returns the entry, and counts as a use. */
  get(key: string): Entry | undefined;
  /** Returns the entry, and does not count as a use. */
  peek(key: string): Entry | undefined;
  /** Returns the handle by which the entry can be found without a lookup. */
  handleOf(entry: Entry): EntryHandle;
  /** Counts a use of an entry that was found by its handle; only once the order of use may matter. */
  touch(key: string): void;
  /** Whether the soft deadline is in the future. */
  isFresh(entry: Entry, now: number): boolean;
  /** Returns how far the entry is past its soft deadline, in milliseconds; infinity at or past its expiry. */
  staleForMs(entry: Entry, now: number): number;
  store(identity: Identity, secret: Secret, timing: CallTiming): void;
  delete(key: string): void;
  deleteCovered(target: InvalidateTarget | undefined): void;
  readonly size: number;
}

/** @param onRemove - Called for each entry that is removed, but not for one that a new value of its secret replaces. */
export function createEntries(
  settings: Pick<CacheSettings, 'ttlMs' | 'jitter' | 'refreshAheadMs' | 'maxEntries'>,
  clock: MonotonicClock,
  onRemove: (entry: Entry, evicted: boolean) => void,
): Entries {
  const { maxEntries } = settings;
  const half = maxEntries / 2;
  // The ttl of lru-cache is unused: ours follows one injected clock, and the expiry of the value.
  const lru = new LRUCache<string, Entry>({
    max: maxEntries,
    dispose: (entry, _key, reason) => {
      if (entry.handle) entry.handle.entry = undefined;
      if (reason !== 'set') onRemove(entry, reason === 'evict');
    },
  });

  return {
    get: (key) => lru.get(key),
    peek: (key) => lru.peek(key),
    handleOf(entry) {
      entry.handle ??= { entry };
      return entry.handle;
    },
    touch(key) {
      if (lru.size > half) lru.get(key);
    },
    // The soft deadline is never later than the expiry, so one comparison covers both.
    isFresh: (entry, now) => now < entry.freshUntil && entry.offsetMs === clock.offsetMs,
    staleForMs({ secret, freshUntil, offsetMs }, now) {
      if (now >= expiryOf(secret)) return Number.POSITIVE_INFINITY;
      const ended = freshUntil + offsetMs; // in monotonic time
      const softAt = offsetMs === clock.offsetMs ? ended : Math.min(ended, clock.setBackAt); // a set clock ends freshness
      return Math.max(0, now + clock.offsetMs - softAt);
    },
    store({ key, ref }, secret, { startedAt, random }) {
      const { offsetMs } = clock;
      const fetchedAt = startedAt - offsetMs; // as a reading of the clock
      const softAt = fetchedAt + freshForMs(expiryOf(secret) - fetchedAt, random, settings);
      const freshUntil = Math.min(softAt, secret.staleSince?.getTime() ?? softAt); // an inner cache may return it stale
      lru.set(key, new StoredEntry(key, ref, secret, freshUntil, offsetMs));
    },
    delete(key) {
      lru.delete(key);
    },
    deleteCovered(target) {
      for (const entry of [...lru.values()]) if (covers(target, entry)) lru.delete(entry.key);
    },
    get size() {
      return lru.size;
    },
  };
}

function expiryOf({ expiresAt }: Secret): number {
  return expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
}
