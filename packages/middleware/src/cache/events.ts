import { notify } from '@secretkit/core/middleware';
import type { SecretErrorCode, SecretRef } from '@secretkit/core/provider';
import type { Identity } from './identity.js';

/**
 * What happened in a cache:
 *
 * - `hit`: answered from memory;
 * - `miss`: nothing in memory, the backend is asked;
 * - `stale`: answered with a value past its freshness;
 * - `refresh`: the backend is asked for a value that is past its freshness, or by a fresh read;
 * - `coalesced`: a read joined a call that was under way;
 * - `failure`: the backend failed, with this code;
 * - `eviction`: a value made room for another.
 */
export type CacheEventType = 'hit' | 'miss' | 'stale' | 'refresh' | 'coalesced' | 'failure' | 'eviction';

/** One event: names and codes, never a value. */
export interface CacheEvent {
  /** What happened. */
  readonly type: CacheEventType;
  /** The secret, with the provider's default account filled in. */
  readonly ref: SecretRef;
  /** Why the backend failed; with `failure` alone. */
  readonly code?: SecretErrorCode;
}

/** Counts events, and tells whoever listens. */
export interface Events {
  emit(type: CacheEventType, identity: Identity, code?: SecretErrorCode): void;
  /** The same as `emit('hit', …)`, for the one place where every nanosecond counts. */
  hit(identity: Identity): void;
  /** How many there were of each type. */
  readonly counts: Readonly<Record<CacheEventType, number>>;
}

export function events(onEvent: ((event: CacheEvent) => unknown) | undefined): Events {
  const counts = { hit: 0, miss: 0, stale: 0, refresh: 0, coalesced: 0, failure: 0, eviction: 0 };
  const tell = onEvent && ((event: CacheEvent): void => notify(onEvent, event));
  return {
    counts,
    emit(type, { ref }, code) {
      counts[type] += 1;
      tell?.(code === undefined ? { type, ref } : { type, ref, code }); // made for who listens
    },
    hit({ ref }) {
      counts.hit += 1;
      tell?.({ type: 'hit', ref });
    },
  };
}
