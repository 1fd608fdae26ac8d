import { type MonotonicClock, settled } from '@secretkit/core/middleware';
import type { InvalidateTarget, Secret, SecretRef } from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import type { Asked } from './flight.js';
import { type Freshness, freshForMs } from './freshness.js';
import { covers, type Identity } from './identity.js';

/** A value in memory. */
export interface Entry extends Identity {
  readonly secret: Secret;
  /** What a hit returns: the same resolved promise each time. */
  readonly settled: Promise<Secret>;
  /** The soft deadline, as the clock counted when it was stored. */
  readonly freshUntil: number;
  /** By how much the clock had been set back when it was stored. */
  readonly offsetMs: number;
  /** Absent, until a refresh has failed. */
  rest?: Rest;
  /** Absent, until somebody wants to find the entry again. */
  place?: Place;
}

/** Where an entry is, for as long as it is there. */
export interface Place {
  entry: Entry | undefined;
}

/** A while without another try, after refreshes that failed. */
export interface Rest {
  /** How many have failed in a row. */
  failures: number;
  /** On the time that never goes back. */
  until: number;
}

/**
 * The values in memory, fresh or not; the one unused for longest makes room. `onLeave` is told of each that goes, but not
 * of one that another of the same secret replaces.
 */
export interface Entries {
  /** Counts as a use. */
  use(key: string): Entry | undefined;
  /** Without a trace. */
  look(key: string): Entry | undefined;
  /** Where the entry can be found again, without its key. It keeps no value that has gone. */
  placeOf(entry: Entry): Place;
  /** Counts a use of what was found without its key; not before there may be a need for the order. */
  touch(key: string): void;
  isFresh(entry: Entry, now: number): boolean;
  /** How far it is past its soft deadline, in milliseconds. At its expiry and from then on: infinitely. */
  staleForMs(entry: Entry, now: number): number;
  store(identity: Identity, secret: Secret, asked: Asked): void;
  delete(key: string): void;
  deleteCovered(target: InvalidateTarget | undefined): void;
  readonly size: number;
}

export function entries(
  freshness: Freshness,
  maxEntries: number,
  clock: MonotonicClock,
  onLeave: (entry: Entry, evicted: boolean) => void,
): Entries {
  // Its own ttl stays unused: ours follows one clock, and a value's expiry.
  const roomy = maxEntries / 2;
  const lru = new LRUCache<string, Entry>({
    max: maxEntries,
    dispose: (entry, _key, reason) => {
      if (entry.place) entry.place.entry = undefined;
      if (reason !== 'set') onLeave(entry, reason === 'evict');
    },
  });

  return {
    use: (key) => lru.get(key),
    look: (key) => lru.peek(key),
    placeOf(entry) {
      entry.place ??= { entry };
      return entry.place;
    },
    touch(key) {
      if (lru.size > roomy) lru.get(key);
    },
    // The soft deadline is never later than the expiry, so it stands for both.
    isFresh: (entry, now) => now < entry.freshUntil && entry.offsetMs === clock.offsetMs,
    staleForMs({ secret, freshUntil, offsetMs }, now) {
      if (now >= expiryOf(secret)) return Number.POSITIVE_INFINITY;
      const ended = freshUntil + offsetMs; // or when the clock was set back, if that was sooner
      const softAt = offsetMs === clock.offsetMs ? ended : Math.min(ended, clock.setBackAt);
      return Math.max(0, now + clock.offsetMs - softAt);
    },
    store({ key, ref }, secret, { startedAt, chance }) {
      const { offsetMs } = clock;
      const fetchedAt = startedAt - offsetMs; // as the clock counts now
      const softAt = fetchedAt + freshForMs(expiryOf(secret) - fetchedAt, chance, freshness);
      const freshUntil = Math.min(softAt, secret.staleSince?.getTime() ?? softAt); // it may come stale from a cache further in
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

/** An entry whose answer is made for its first hit: of many values in memory, few are read again. */
class StoredEntry implements Entry {
  rest?: Rest;
  place?: Place;
  #settled: Promise<Secret> | undefined;

  constructor(
    readonly key: string,
    readonly ref: SecretRef,
    readonly secret: Secret,
    readonly freshUntil: number,
    readonly offsetMs: number,
  ) {}

  get settled(): Promise<Secret> {
    this.#settled ??= settled(this.secret);
    return this.#settled;
  }
}

function expiryOf({ expiresAt }: Secret): number {
  return expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
}
