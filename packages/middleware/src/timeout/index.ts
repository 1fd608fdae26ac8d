import { around, type Call, type Middleware } from '@secretkit/core/middleware';
import {
  abortable,
  checkNumber,
  checkOptions,
  maxDelayMs,
  onAbort,
  SecretError,
  throwIfAborted,
} from '@secretkit/core/provider';
import { attemptMsOf, checkAttempts, defaultTimeoutMs } from '../shared/check-attempts.js';
import { layerKind } from '../shared/layer-kind.js';
import { monotonicNow } from '../shared/monotonic-now.js';
import { startTimer } from '../shared/start-timer.js';

export interface TimeoutOptions {
  /**
   * The time limit for a call, in milliseconds, from 1 to 2³¹ − 1.
   * @defaultValue 3000
   */
  readonly timeoutMs?: number;
  /**
   * The clock of durations and deadlines, in epoch milliseconds.
   * @defaultValue `performance.timeOrigin + performance.now()`, which no step of the wall clock changes
   */
  readonly now?: () => number;
}

/**
 * Ends a call that takes too long: aborts its work and rejects with `timeout`, even if the work ignores its signal. Inside a
 * retry the limit is for one attempt; outside it is for all attempts. An earlier deadline of the caller takes precedence.
 *
 * @throws `RangeError` or `TypeError` for invalid options, at construction; `RangeError` when it wraps a timeout with a
 * longer limit. Calls that take too long reject with `timeout`.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { timeout } from '@secretkit/middleware/timeout';
 *
 * const secrets = createSecrets(timeout({ timeoutMs: 2_000 })(envSecrets()));
 * ```
 */
export function timeout(options: TimeoutOptions = {}): Middleware {
  const own = checkOptions('timeout', options, ['timeoutMs', 'now']);
  const { timeoutMs = defaultTimeoutMs, now = monotonicNow } = own;
  checkNumber('timeout', 'timeoutMs', timeoutMs, { min: 1, max: maxDelayMs });

  const timed = around({
    name: 'timeout',
    kind: layerKind('timeout'),
    options: { timeoutMs },
    policy: async (run, ctx, call) => {
      const { signal } = ctx;
      throwIfAborted(signal);
      const startedAt = now();
      const ownDeadline = startedAt + timeoutMs;
      const { deadline: callerDeadline = Number.POSITIVE_INFINITY } = ctx;
      const byCaller = callerDeadline < ownDeadline;
      const deadline = byCaller ? callerDeadline : ownDeadline;
      const allowedMs = byCaller ? callerDeadline - startedAt : timeoutMs; // a sum of fractions is rounded
      if (allowedMs <= 0)
        throw timedOut(call, "the caller's deadline passed before the call was made. Allow more time.");

      const work = new AbortController();
      const stopListening = onAbort(signal, (reason) => work.abort(reason));
      const abortLate = (): void => work.abort(tooSlow(call, Math.ceil(allowedMs), byCaller));
      const stopTimer = startTimer(abortLate, allowedMs, ctx.background);
      try {
        return await abortable(run({ ...ctx, signal: work.signal, deadline }), work.signal);
      } finally {
        stopTimer();
        stopListening();
      }
    },
  });
  return (next) => {
    const stack = timed(next);
    checkAttempts('timeout', 'timeoutMs', timeoutMs, attemptMsOf(next));
    return stack;
  };
}

function tooSlow(call: Call, allowedMs: number, byCaller: boolean): SecretError {
  return timedOut(
    call,
    byCaller
      ? `no answer before the caller's deadline, ${allowedMs} ms after the call. Check the backend, or allow more time.`
      : `no answer within ${allowedMs} ms. Check the backend, or raise timeoutMs.`,
  );
}

function timedOut({ provider, operation, refs }: Call, problem: string): SecretError {
  const ref = refs.length === 1 ? refs[0] : undefined;
  return new SecretError('timeout', problem, { provider, operation, ref });
}
