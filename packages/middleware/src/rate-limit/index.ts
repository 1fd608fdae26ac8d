import { around, type Call, type Middleware, monotonicClock } from '@secretkit/core/middleware';
import { checkNumber, checkOptions, SecretError, type SecretProvider } from '@secretkit/core/provider';
import { checkPer, perAccount } from '../shared/per-account.js';
import { limiter } from './limiter.js';

export interface RateLimitOptions {
  /** How many calls a second may reach the backend, from 0.001 to 1,000,000: this process's part of what the vendor allows. */
  readonly callsPerSecond: number;
  /**
   * How many calls may come at once after a while without any. In any second there are at most this many on top of
   * `callsPerSecond`, less one.
   * @defaultValue 1 (calls are spaced evenly)
   */
  readonly burstSize?: number;
  /**
   * The most calls that wait for their turn; the next one is `rate_limited` at once. With 0 none waits.
   * @defaultValue 100
   */
  readonly maxQueueSize?: number;
  /**
   * One limit for the provider, or one for each account.
   * @defaultValue 'provider'
   */
  readonly per?: 'provider' | 'account';
  /**
   * The most limits in memory; with `per: 'account'`, the one unused for longest makes room, and begins anew.
   * @defaultValue 1000
   */
  readonly maxAccounts?: number;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

/**
 * Keeps calls under a rate, so that the vendor need not refuse them. Calls wait for their turn in the order they came. One
 * whose turn would come at or after its deadline, or that finds the queue full, is `rate_limited` at once, and
 * `retryAfterMs` tells when its turn would have come. An abort ends the wait, and the others move up.
 *
 * It stands inside a retry, so that each attempt counts, and inside a breaker, whose refusals need no turn. A batch is one
 * call. Its snapshot in `layersOf` tells how many calls are `waiting`, were `delayed` and were `refused`.
 *
 * @throws `RangeError` or `TypeError` for wrong options, when it is built. Calls that it refuses are `rate_limited`.
 * @example
 * ```ts
 * import { compose, createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { rateLimit } from '@secretkit/middleware/rate-limit';
 * import { retry } from '@secretkit/middleware/retry';
 *
 * const secrets = createSecrets(compose(retry(), rateLimit({ callsPerSecond: 20 }))(envSecrets()));
 * ```
 */
export function rateLimit(options: RateLimitOptions): Middleware {
  checkOptions('rateLimit', options, [
    'callsPerSecond',
    'burstSize',
    'maxQueueSize',
    'per',
    'maxAccounts',
    'now',
  ]);
  const {
    callsPerSecond,
    burstSize = 1,
    maxQueueSize = 100,
    per = 'provider',
    maxAccounts = 1_000,
  } = options;
  const { now = () => Date.now() } = options;
  checkNumber('rateLimit', 'callsPerSecond', callsPerSecond, { min: 0.001, max: 1_000_000 });
  checkNumber('rateLimit', 'burstSize', burstSize, { min: 1, max: 1_000_000, whole: true });
  checkNumber('rateLimit', 'maxQueueSize', maxQueueSize, { min: 0, max: 1_000_000, whole: true });
  checkPer('rateLimit', per);
  checkNumber('rateLimit', 'maxAccounts', maxAccounts, { min: 1, max: 1_000_000, whole: true });

  // Its limits belong to the provider that is wrapped, not to the middleware: one may be put around several.
  function limiting(next: SecretProvider): Middleware {
    const clock = monotonicClock(now);
    const time = (): number => clock.read() + clock.offsetMs;
    const counts = { delayed: 0, refused: 0 };
    const pace = { intervalMs: 1_000 / callsPerSecond, burstSize };
    const limiters = perAccount(per, maxAccounts, next, () => limiter(pace, time));

    return around({
      name: 'rateLimit',
      kind: Symbol.for('secretkit.kind.rateLimit'),
      options: { callsPerSecond, burstSize, maxQueueSize, per, maxAccounts },
      policy: async (run, ctx, call) => {
        const mine = limiters.of(call);
        const { delayMs } = mine;
        if (delayMs > 0) {
          const full = mine.waiting >= maxQueueSize;
          if (full || delayMs >= (ctx.deadline ?? Number.POSITIVE_INFINITY) - now()) {
            counts.refused += 1;
            throw refusal(call, Math.ceil(delayMs), full ? mine.waiting : undefined);
          }
          counts.delayed += 1;
        }
        await mine.turn(ctx.signal);
        return run(ctx);
      },
      snapshot: () => ({
        waiting: [...limiters.all()].reduce((sum, [, { waiting }]) => sum + waiting, 0),
        ...counts,
      }),
    });
  }

  return (next) => limiting(next)(next);
}

function refusal({ provider, operation, refs }: Call, retryAfterMs: number, waiting?: number): SecretError {
  const problem =
    waiting === undefined
      ? `its turn would come in ${retryAfterMs} ms, and its deadline is before that. Allow more time, or more callsPerSecond.`
      : `${waiting} calls are waiting for their turn already. Ask for several secrets in one batch, or allow more callsPerSecond or a larger maxQueueSize.`;
  const ref = refs.length === 1 ? refs[0] : undefined;
  return new SecretError('rate_limited', problem, { provider, operation, ref, retryAfterMs });
}
