import type { Call } from '@secretkit/core/middleware';
import type { SecretErrorCode } from '@secretkit/core/provider';

export interface RetryOptions {
  /**
   * The most attempts, including the first, from 1 to 100.
   * @defaultValue 3
   */
  readonly maxAttempts?: number;
  /**
   * The upper bound of the first wait, in milliseconds. It doubles with each attempt; the wait is a random part of it.
   * @defaultValue 100
   */
  readonly baseDelayMs?: number;
  /**
   * The upper bound of every wait, in milliseconds. A longer wait that the backend asks for is not shortened.
   * @defaultValue 5000, or `baseDelayMs` if that is more
   */
  readonly maxDelayMs?: number;
  /**
   * The time limit for all attempts and waits together, in milliseconds. A wait that would end later is not started, and a
   * timeout inside ends the attempt that is in progress at that time.
   * @defaultValue 30000
   */
  readonly maxElapsedMs?: number;
  /** Called before each wait. An exception that it throws is ignored: a hook cannot fail a read. */
  readonly onRetry?: (retry: Retry) => void;
  /**
   * The clock of durations and deadlines, in epoch milliseconds.
   * @defaultValue `performance.timeOrigin + performance.now()`, which no step of the wall clock changes
   */
  readonly now?: () => number;
  /** Returns a number in [0, 1). @defaultValue Math.random */
  readonly random?: () => number;
}

/** A failed attempt that is followed by another one. */
export interface Retry extends Omit<Call, 'failures'> {
  /** The number of the attempt that failed; the first is 1. */
  readonly attempt: number;
  /** The wait before the next attempt, in milliseconds. */
  readonly delayMs: number;
  /** The code of the failure. */
  readonly code: SecretErrorCode;
}
