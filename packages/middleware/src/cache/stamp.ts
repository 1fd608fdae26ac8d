import { fetchedAt, withFetchedAt } from '@secretkit/core/middleware';
import type { Secret } from '@secretkit/core/provider';
import type { Now } from './clock.js';

/**
 * Returns when the backend gave the value, as a reading: the time that it has from a cache further in, or the start of the
 * call. So no cache makes it younger.
 * @param startedAt - In monotonic time.
 */
export function timeOfFetch(secret: Secret, startedAt: number, { wallMs, monotonicMs }: Now): number {
  return fetchedAt(secret) ?? wallMs - (monotonicMs - startedAt);
}

/** Returns the value with that time. */
export function stamp(secret: Secret, startedAt: number, now: Now): Secret {
  return withFetchedAt(secret, timeOfFetch(secret, startedAt, now));
}
