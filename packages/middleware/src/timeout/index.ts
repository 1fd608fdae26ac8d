import { around, type Call, type Middleware } from '@secretkit/core/middleware';
import { checkNumber, checkOptions, maxDelayMs, SecretError } from '@secretkit/core/provider';
import { attemptMsOf, checkAttempts, defaultTimeoutMs } from '../shared/check-attempts.js';

export interface TimeoutOptions {
  /**
   * How long a call may take, in milliseconds, from 1 to 2³¹ − 1.
   * @defaultValue 3000
   */
  readonly timeoutMs?: number;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

/**
 * Ends a call that takes too long: its work is aborted, and the caller released even if the work does not listen.
 * Inside a retry the time is an attempt's, outside it is the whole call's. An earlier deadline of the caller holds.
 *
 * @throws `RangeError` or `TypeError` for wrong options, when it is built; `RangeError` when it is put around a timeout
 * that allows more. Calls that take too long are `timeout`.
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
  checkOptions('timeout', options, ['timeoutMs', 'now']);
  const { timeoutMs = defaultTimeoutMs, now = () => Date.now() } = options;
  checkNumber('timeout', 'timeoutMs', timeoutMs, { min: 1, max: maxDelayMs });

  const timed = around({
    name: 'timeout',
    kind: Symbol.for('secretkit.kind.timeout'),
    options: { timeoutMs },
    policy: async (run, ctx, call) => {
      const { signal } = ctx;
      signal?.throwIfAborted();
      const startedAt = now();
      const ownDeadline = startedAt + timeoutMs;
      const deadline = Math.min(ctx.deadline ?? Number.POSITIVE_INFINITY, ownDeadline);
      const allowedMs = deadline - startedAt;
      if (allowedMs <= 0) throw tooLate(call);

      const work = new AbortController();
      const released = new Promise<never>((_, reject) => {
        work.signal.addEventListener('abort', () => reject(work.signal.reason), { once: true });
      });
      const abortWork = (): void => work.abort(signal?.reason);
      signal?.addEventListener('abort', abortWork, { once: true });
      const timer = setTimeout(() => work.abort(tooSlow(call, allowedMs, deadline < ownDeadline)), allowedMs);
      try {
        return await Promise.race([run({ ...ctx, signal: work.signal, deadline }), released]);
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abortWork);
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
  const whose = byCaller
    ? `by the caller's deadline, ${allowedMs} ms after the call was made. Check the backend, or allow more time.`
    : `within ${allowedMs} ms. Check the backend, or raise timeoutMs.`;
  return timedOut(call, `no answer ${whose}`);
}

function tooLate(call: Call): SecretError {
  return timedOut(call, "the caller's deadline had passed before the call was made. Allow more time.");
}

function timedOut({ provider, operation, refs }: Call, problem: string): SecretError {
  const ref = refs.length === 1 ? refs[0] : undefined;
  return new SecretError('timeout', problem, { provider, operation, ref });
}
