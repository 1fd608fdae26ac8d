import { markStale, withFetchedAt } from '@secretkit/core/middleware';
import { hasExpired, type Secret } from '@secretkit/core/provider';
import type { SnapshotSettings } from './options.js';

/** The content of a record that opened. */
export interface Opened {
  readonly secret: Secret | undefined;
  readonly fetchedAt: Date;
}

/** What a record is to a read that failed: a value that may be served; nothing; or nothing ever again. */
export type Judgement = { readonly secret: Secret; readonly fetchedAtMs: number } | 'not now' | 'ended';

/**
 * Judges a record by its own dates, since anybody who can write to the folder may have put it back. One from further ahead than
 * the skew, or older than an answer that this process has seen, is not served.
 */
export function judge(
  { secret, fetchedAt }: Opened,
  nowMs: number,
  newestMs: number,
  { maxAgeMs, skewMs }: Pick<SnapshotSettings, 'maxAgeMs' | 'skewMs'>,
): Judgement {
  const sealedMs = fetchedAt.getTime();
  if (!(sealedMs <= nowMs + skewMs) || sealedMs < newestMs) return 'not now';
  const fetchedAtMs = Math.min(sealedMs, nowMs);
  const endsAtMs = fetchedAtMs + maxAgeMs;
  if (!secret || nowMs >= endsAtMs || hasExpired(secret, nowMs)) return 'ended';
  // Nobody has confirmed the value since it was fetched.
  const stale = markStale(withFetchedAt(secret, fetchedAtMs), new Date(fetchedAtMs), endsAtMs);
  return { secret: stale, fetchedAtMs: sealedMs };
}
