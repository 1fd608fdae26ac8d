import {
  type Answer,
  isSecret,
  isSecretError,
  type Secret,
  type SecretErrorCode,
} from '@secretkit/core/provider';
import type { CacheResult } from './cache-counts.js';

/**
 * What a call came to: a secret was `found` or `missing`, a call for several or a write was `done`, the caller `aborted`
 * it, or it failed with a code. A batch has the code of its first failure.
 */
export type Outcome = 'found' | 'missing' | 'done' | 'aborted' | SecretErrorCode;

/** What came of a call: names and codes, never a value. */
export interface Result {
  /** What it came to. */
  readonly outcome: Outcome;
  /** How many secrets of a batch failed; only of a batch. */
  readonly failed?: number;
  /** What the caches inside did. Absent where there is none, or where the call was no read. */
  readonly cache?: CacheResult | undefined;
  /** For how long the value had been past its freshness, in milliseconds; of a batch, the longest. Only of a stale one. */
  readonly staleForMs?: number;
}

export function resultOfRead(secret: Secret | undefined, now: () => number): Result {
  return { outcome: secret ? 'found' : 'missing', ...staleness([secret], now) };
}

export function resultOfBatch(answers: readonly Answer[], now: () => number): Result {
  const failures = answers.filter((answer) => isSecretError(answer));
  const stale = staleness(answers, now);
  return { outcome: failures[0]?.code ?? 'done', failed: failures.length, ...stale };
}

export function resultOfFailure(error: unknown, signal: AbortSignal | undefined): Result {
  if (signal?.aborted) return { outcome: 'aborted' };
  return { outcome: isSecretError(error) ? error.code : 'unknown' };
}

function staleness(answers: readonly Answer[], now: () => number): Pick<Result, 'cache' | 'staleForMs'> {
  const since = answers.flatMap((answer) =>
    isSecret(answer) && answer.staleSince ? answer.staleSince.getTime() : [],
  );
  return since.length === 0 ? {} : { cache: 'stale', staleForMs: Math.max(0, now() - Math.min(...since)) };
}
