import {
  type Answer,
  isSecret,
  isSecretError,
  type Secret,
  type SecretErrorCode,
} from '@secretkit/core/provider';
import type { CacheResult } from './cache-result.js';

/**
 * How a call ended: a secret was `found` or `missing`, a batch, a list (also of versions) or a write was `done`, the caller
 * `aborted` the call, or it failed with a code. A batch with failures has the code of the first one.
 */
export type Outcome = 'found' | 'missing' | 'done' | 'aborted' | SecretErrorCode;

/** The result of a call: codes and numbers, never a value. */
export interface Result {
  /** How the call ended. */
  readonly outcome: Outcome;
  /** How many refs of a batch failed. Present only for a batch. */
  readonly failed?: number;
  /** The result in the caches inside. Absent without a cache, and for a call that is not a read. */
  readonly cache?: CacheResult | undefined;
  /** How long the value is past its freshness, in milliseconds; for a batch, the longest. Present only for a stale value. */
  readonly staleForMs?: number;
  /** The failure that the reader did not see, since a value in memory was served instead. */
  readonly hiddenFailure?: SecretErrorCode;
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
