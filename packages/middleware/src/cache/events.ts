import { notify } from '@secretkit/core/middleware';
import type { SecretErrorCode, SecretRef } from '@secretkit/core/provider';
import type { Identity } from './identity.js';

/**
 * The kinds of cache events:
 *
 * - `hit`: memory had the answer;
 * - `miss`: memory had nothing, and a backend call starts;
 * - `stale`: a value past its freshness is served;
 * - `refresh`: a backend call starts for a value past its freshness, or for a fresh read;
 * - `coalesced`: a read joined an in-flight request;
 * - `failure`: the backend failed, with this code;
 * - `eviction`: a value was removed because there were more than `maxEntries`.
 */
export type CacheEventType = 'hit' | 'miss' | 'stale' | 'refresh' | 'coalesced' | 'failure' | 'eviction';

/** One event: names and codes, never a value. */
export interface CacheEvent {
  /** The kind of event. */
  readonly type: CacheEventType;
  /** The secret, with the default account of the provider filled in. */
  readonly ref: SecretRef;
  /** The reason for the failure; present for `failure` only. */
  readonly code?: SecretErrorCode;
}

/** Counts events, and calls the hook if there is one. */
export interface Events {
  emit(type: CacheEventType, identity: Identity, code?: SecretErrorCode): void;
  /** The same as `emit('hit', …)`, for the path where every nanosecond counts. */
  hit(identity: Identity): void;
  /** The number of events of each type. */
  readonly counts: Readonly<Record<CacheEventType, number>>;
  /** The number of failures with each code. */
  readonly failureCodes: Readonly<Partial<Record<SecretErrorCode, number>>>;
}

export function createEvents(onEvent: ((event: CacheEvent) => unknown) | undefined): Events {
  const counts = { hit: 0, miss: 0, stale: 0, refresh: 0, coalesced: 0, failure: 0, eviction: 0 };
  const failureCodes: Partial<Record<SecretErrorCode, number>> = {};
  const report = onEvent && ((event: CacheEvent): void => notify(onEvent, event));
  return {
    counts,
    failureCodes,
    emit(type, { ref }, code) {
      counts[type] += 1;
      if (code !== undefined) failureCodes[code] = (failureCodes[code] ?? 0) + 1;
      report?.(code === undefined ? { type, ref } : { type, ref, code }); // the object is made for a hook only
    },
    hit({ ref }) {
      counts.hit += 1;
      report?.({ type: 'hit', ref });
    },
  };
}
