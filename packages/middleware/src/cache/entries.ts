import { fetchedAt as fetchTimeOf, settled, staleUntil, withFetchedAt } from '@secretkit/core/middleware';
import type {
  CachedSecret,
  InvalidateTarget,
  Secret,
  SecretErrorCode,
  SecretRef,
} from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import { type Now, toWall } from './clock.js';
import { type EntryTimes, isFresh, staleForMs } from './decide.js';
import { covers, type Identity } from './identity.js';
import type { CacheSettings } from './options.js';
import { type PromisePool, promisePool } from './promise-pool.js';
import { type Freshness, softDeadline } from './soft-deadline.js';
import { timeOfFetch } from './stamp.js';
import { versionIndex } from './version-index.js';

/** The part of a backend call that decides how long its answers are fresh. */
export interface CallTiming {
  /** When the call started, in monotonic time: its answers may be as old as this. */
  readonly startedAt: number;
  /** A number in [0, 1], drawn once per call, so that the values of a batch are refreshed as a batch. */
  readonly random: number;
}

/** A pause between refreshes, after one or more of them failed. */
export interface Cooldown {
  /** How many refreshes failed in a row. */
  readonly failures: number;
  /** The last failure. `undefined` for a value that arrived stale: the failure was further in. */
  readonly code: SecretErrorCode | undefined;
  /** When the last one failed, in monotonic time. */
  readonly since: number;
  /** In monotonic time. */
  readonly until: number;
}

/** Finds an entry without a lookup. Empty once the entry is removed, so it keeps no value alive. */
export interface EntryHandle {
  entry: Entry | undefined;
}

/** A value in memory. */
export class Entry implements Identity, CachedSecret, EntryTimes {
  /** Absent until a refresh fails. */
  cooldown?: Cooldown;
  /** In monotonic time. Absent unless it was stale when it was received. */
  giversBound?: number;
  /** Absent until a cached reader asks for it. */
  handle?: EntryHandle;
  /** The promise that every hit returns. Absent until the first one. */
  settled?: Promise<Secret>;
  #isStamped: boolean;
  readonly #promises: PromisePool | undefined;

  constructor(
    readonly key: string,
    readonly ref: SecretRef,
    /** The value, perhaps without the time of its fetch: see `stamped`. */
    public secret: Secret,
    public freshUntil: number,
    public softAt: number,
    readonly fetchedAt: number,
    promises: PromisePool | undefined,
  ) {
    this.#isStamped = fetchTimeOf(secret) !== undefined;
    this.#promises = promises;
  }

  /** Returns the value with the time of its fetch, added when it is first read: that takes memory, and few are read again. */
  stamped(): Secret {
    if (!this.#isStamped) {
      this.secret = withFetchedAt(this.secret, this.freshUntil - (this.softAt - this.fetchedAt));
      this.#isStamped = true;
    }
    return this.secret;
  }

  /** Returns the value and its promise: this entry, whose fields are read faster than getters. */
  asHit(): Required<CachedSecret> {
    return this.settled ? (this as Required<CachedSecret>) : this.#firstHit(); // it has both now
  }

  #firstHit(): Required<CachedSecret> {
    const secret = this.stamped();
    const promise = this.#promises?.(secret);
    if (!promise) return { secret, settled: settled(secret) };
    this.settled = promise;
    return this.asHit();
  }

  get expiresAt(): number {
    return expiryOf(this.secret);
  }

  get staleUntil(): number {
    return this.giversBound ?? Number.POSITIVE_INFINITY;
  }

  get cooldownUntil(): number {
    return this.cooldown?.until ?? Number.NEGATIVE_INFINITY;
  }
}

/** The values in memory, fresh or stale. The least recently used one is evicted when there are too many. */
export interface Entries {
  /** Returns the entry, and counts as a use. */
  get(key: string): Entry | undefined;
  /** Returns the entry, and does not count as a use. */
  peek(key: string): Entry | undefined;
  /** Counts a use of an entry that was found by its handle; only once the order of use may matter. */
  touch(key: string): void;
  store(identity: Identity, secret: Secret, timing: CallTiming, now: Now): Entry;
  /** Makes every value stale, as of now at the latest: the wall clock was set back. */
  endFreshness(now: Now): void;
  delete(key: string): void;
  /** Removes the values of all versions of a name. */
  deleteVersions(nameKey: string): void;
  deleteCovered(target: InvalidateTarget | undefined): void;
  readonly size: number;
  /** Looks at every value: for snapshots only. */
  condition(now: Now, servableMs: number): EntriesCondition;
}

/** The state of the values in memory, for people. */
export interface EntriesCondition {
  /** The values in a cooldown after a failed refresh. */
  readonly cooldowns: number;
  /** The values past their freshness that are served since their refresh failed. */
  readonly staleEntries: number;
  /** The values in use whose store should have rotated them before now. */
  readonly rotationsOverdue: number;
  /** How long the first of the stale values may still be served, in milliseconds. Absent without one. */
  readonly servableForMs?: number;
}

/** @param onRemove - Called for each entry that is removed, but not for one that a new value of its secret replaces. */
export function createEntries(
  { maxEntries, coalesce, ...times }: Pick<CacheSettings, keyof Freshness | 'maxEntries' | 'coalesce'>,
  onRemove: (entry: Entry, evicted: boolean) => void,
): Entries {
  // The ttl of lru-cache is unused: ours follows one injected clock, and the expiry of the value.
  const versions = versionIndex();
  const lru = new LRUCache<string, Entry>({
    max: maxEntries,
    dispose: (entry, _key, reason) => {
      if (entry.handle) entry.handle.entry = undefined;
      if (reason === 'set') return;
      versions.delete(entry);
      onRemove(entry, reason === 'evict');
    },
  });

  const promises = coalesce ? promisePool() : undefined; // else each hit makes its own

  return {
    get: (key) => lru.get(key),
    peek: (key) => lru.peek(key),
    touch(key) {
      if (lru.size > maxEntries / 2) lru.get(key);
    },
    store({ key, ref }, secret, { startedAt, random }, now) {
      const { wallMs, monotonicMs } = now;
      const fetched = Math.min(timeOfFetch(secret, startedAt, now), wallMs); // as a reading
      const staleSince = secret.staleSince?.getTime() ?? Number.POSITIVE_INFINITY;
      const freshUntil = Math.min(softDeadline(secret, fetched, random, times), staleSince); // an inner cache may return it stale
      const monotonic = (reading: number): number => reading - wallMs + monotonicMs;
      const entry = new Entry(
        key,
        ref,
        secret,
        freshUntil,
        monotonic(freshUntil),
        monotonic(fetched),
        promises,
      );
      const bound = secret.staleSince && staleUntil(secret);
      if (bound !== undefined) entry.giversBound = monotonic(bound);
      lru.set(key, entry);
      versions.add(entry);
      return entry;
    },
    endFreshness({ wallMs, monotonicMs }) {
      for (const entry of lru.values()) {
        entry.softAt = Math.min(entry.softAt, monotonicMs);
        entry.freshUntil = wallMs - (monotonicMs - entry.softAt);
      }
    },
    delete(key) {
      lru.delete(key);
    },
    deleteVersions(nameKey) {
      for (const key of versions.versionsOf(nameKey)) lru.delete(key);
    },
    deleteCovered(target) {
      for (const entry of [...lru.values()]) if (covers(target, entry)) lru.delete(entry.key);
    },
    get size() {
      return lru.size;
    },
    condition(now, servableMs) {
      let [cooldowns, staleEntries, rotationsOverdue, servableForMs] = [0, 0, 0, Number.POSITIVE_INFINITY];
      for (const entry of lru.values()) {
        const staleMs = staleForMs(entry, now);
        const isStale = entry.cooldown !== undefined && staleMs >= 0 && staleMs < servableMs;
        if (now.monotonicMs < entry.cooldownUntil) cooldowns += 1;
        if (isStale) {
          staleEntries += 1;
          servableForMs = Math.min(servableForMs, servableUntilOf(entry, now, servableMs) - now.wallMs);
        }
        // A value that nobody reads any more says nothing about its store.
        const isInUse = isStale || isFresh(entry, now.wallMs);
        if (isInUse && Number(entry.secret.refreshAt) <= now.wallMs) rotationsOverdue += 1;
      }
      const bound = Number.isFinite(servableForMs) ? { servableForMs } : {};
      return { cooldowns, staleEntries, rotationsOverdue, ...bound };
    },
  };
}

/** Returns until when a value may be served while the backend is down, but for its expiry, as a reading. */
export function staleBoundOf(entry: Entry, now: Now, servableMs: number): number {
  return toWall(Math.min(entry.softAt + servableMs, entry.staleUntil), now);
}

/** Returns the same, or its expiry if that is earlier. */
export function servableUntilOf(entry: Entry, now: Now, servableMs: number): number {
  return Math.min(staleBoundOf(entry, now, servableMs), entry.expiresAt);
}

function expiryOf({ expiresAt }: Secret): number {
  return expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
}
