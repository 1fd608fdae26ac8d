import { isSecretError, type SecretErrorCode } from '@secretkit/core/provider';
import type { CallResult } from './inflight.js';

/** How the calls to the backend have ended. */
export interface CallRecord {
  record(result: Pick<CallResult, 'answer' | 'now' | 'identity'>): void;
  /** The last failure, if no success followed. */
  readonly unresolved: Unresolved | undefined;
  /** Returns the last success and the last failure, and how many calls failed in a row. */
  snapshot(): Readonly<{ consecutiveFailures: number; lastSuccessAt?: Date; lastFailure?: LastFailure }>;
}

interface LastFailure {
  readonly code: SecretErrorCode;
  readonly at: Date;
}

/** A failure with the account that was read. Another account may have another limit, or another circuit. */
export interface Unresolved extends LastFailure {
  readonly account: string | undefined;
  /** Until when an open circuit refuses calls, as a reading. Absent if none has refused one. */
  readonly refusedUntil?: number;
}

export function createCallRecord(): CallRecord {
  let consecutiveFailures = 0;
  let lastSuccessAt: Date | undefined;
  let last: Unresolved | undefined;
  return {
    record({ answer, now, identity: { ref } }) {
      const at = new Date(now.wallMs);
      if (!isSecretError(answer)) {
        consecutiveFailures = 0;
        lastSuccessAt = at; // that a secret is missing is an answer
        return;
      }
      const { code, retryAfterMs = 0 } = answer;
      const account = ref.scope?.account;
      const failure = { code, at, account };
      // An open circuit says nothing new of the backend: the failure before it is the reason.
      const reason = last && consecutiveFailures > 0 && last.account === account ? last : failure;
      last = code === 'circuit_open' ? { ...reason, refusedUntil: now.wallMs + retryAfterMs } : failure;
      consecutiveFailures += 1;
    },
    get unresolved() {
      return consecutiveFailures > 0 ? last : undefined;
    },
    snapshot: () => ({
      consecutiveFailures,
      ...(lastSuccessAt && { lastSuccessAt }),
      ...(last && { lastFailure: { code: last.code, at: last.at } }),
    }),
  };
}
