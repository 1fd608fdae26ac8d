import {
  around,
  boundedRandom,
  type Call,
  type Middleware,
  monotonicClock,
  notify,
} from '@secretkit/core/middleware';
import {
  checkNumber,
  checkOptions,
  isSecretError,
  maxDelayMs,
  SecretError,
  type SecretProvider,
} from '@secretkit/core/provider';
import { checkPer, type Per, perAccount } from '../shared/per-account.js';
import { type Circuit, circuit, type Transition } from './circuit.js';
import { consecutiveFailures } from './consecutive-failures.js';
import { evidenceOf } from './evidence.js';
import type { Strategy } from './strategy.js';

export type { CircuitState, Transition } from './circuit.js';
export { consecutiveFailures } from './consecutive-failures.js';
export { type FailureShareOptions, failureShare } from './failure-share.js';
export type { Strategy, Tally } from './strategy.js';

export interface CircuitBreakerOptions {
  /**
   * What opens a circuit: `consecutiveFailures()`, `failureShare()`, or one of your own.
   * @defaultValue consecutiveFailures(5)
   */
  readonly strategy?: Strategy;
  /**
   * For how long a circuit stays open before one attempt is let through, in milliseconds. It doubles with each of these
   * that fails; up to a fifth of it is taken off by chance.
   * @defaultValue 10000
   */
  readonly openMs?: number;
  /**
   * The longest it stays open, in milliseconds.
   * @defaultValue 60000, or `openMs` if that is more
   */
  readonly maxOpenMs?: number;
  /**
   * One circuit for the provider, or one for each account, so that one tenant's trouble is not another's.
   * @defaultValue 'provider'
   */
  readonly per?: 'provider' | 'account';
  /**
   * The most circuits in memory; with `per: 'account'`, the one unused for longest makes room, and begins anew.
   * @defaultValue 1000
   */
  readonly maxAccounts?: number;
  /** Told when a circuit opens, half-opens or closes. What it throws is ignored. */
  readonly onStateChange?: (change: CircuitChange) => void;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
  /** Numbers from 0 on and below 1. @defaultValue Math.random */
  readonly random?: () => number;
}

/** A circuit that opened, half-opened or closed. */
export interface CircuitChange extends Transition {
  /** The `name` of the provider inside. */
  readonly provider: string;
  /** Whose circuit it is, with `per: 'account'`; absent for the provider's own. */
  readonly account?: string;
}

/**
 * Stops asking a backend that is down. After several attempts that ended `unavailable` or `timeout`, calls are refused
 * with `circuit_open` at once, and `retryAfterMs` tells for how long. Then one attempt is let through: if the backend
 * answers, the circuit closes, else it stays open for twice as long.
 *
 * Nothing else counts: not a secret that is missing or denied, not a rate limit, not the caller's abort. A batch counts
 * as a failure if none of its secrets was answered.
 *
 * It stands inside a retry, so that each attempt counts, and outside a time-out, so that a hang does. Its snapshot in
 * `layersOf` tells the `state` (with `per: 'account'`, how many `circuits` there are and which are `notClosed`), how
 * often it `opened` and how many calls it `refused`.
 *
 * @throws `RangeError` or `TypeError` for wrong options, when it is built. Calls that it refuses are `circuit_open`.
 * @example
 * ```ts
 * import { compose, createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { circuitBreaker } from '@secretkit/middleware/circuit-breaker';
 * import { retry } from '@secretkit/middleware/retry';
 * import { timeout } from '@secretkit/middleware/timeout';
 *
 * const breaker = circuitBreaker({ onStateChange: ({ provider, to }) => console.warn(provider, to) });
 * const secrets = createSecrets(compose(retry(), breaker, timeout())(envSecrets()));
 * ```
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): Middleware {
  checkOptions('circuitBreaker', options, [
    'strategy',
    'openMs',
    'maxOpenMs',
    'per',
    'maxAccounts',
    'onStateChange',
    'now',
    'random',
  ]);
  const {
    strategy = consecutiveFailures(),
    openMs = 10_000,
    per = 'provider',
    maxAccounts = 1_000,
  } = options;
  const { maxOpenMs = Math.max(60_000, openMs) } = options;
  const { onStateChange, now = () => Date.now(), random = () => Math.random() } = options;
  checkStrategy(strategy);
  checkNumber('circuitBreaker', 'openMs', openMs, { min: 1, max: maxDelayMs });
  checkNumber('circuitBreaker', 'maxOpenMs', maxOpenMs, { min: openMs, max: maxDelayMs });
  checkPer('circuitBreaker', per);
  checkNumber('circuitBreaker', 'maxAccounts', maxAccounts, { min: 1, max: 1_000_000, whole: true });

  const settings = {
    strategy: { name: strategy.name, ...strategy.options },
    openMs,
    maxOpenMs,
    per,
    maxAccounts,
  };

  // Its circuits belong to the provider that is wrapped, not to the middleware: one may be put around several.
  function breaking(next: SecretProvider): Middleware {
    const clock = monotonicClock(now);
    const time = (): number => clock.read() + clock.offsetMs; // a clock set back keeps no circuit open for longer
    const counts = { opened: 0, refused: 0 };
    const circuits = perAccount(per, maxAccounts, next, (account) =>
      circuit(strategy, { openMs, maxOpenMs, random: boundedRandom(random) }, time, (transition) => {
        if (transition.to === 'open') counts.opened += 1;
        notify(onStateChange, {
          provider: next.name,
          ...(account !== undefined && { account }),
          ...transition,
        });
      }),
    );

    return around({
      name: 'circuitBreaker',
      kind: Symbol.for('secretkit.kind.circuitBreaker'),
      options: settings,
      policy: async (run, ctx, call) => {
        ctx.signal?.throwIfAborted();
        const entry = circuits.of(call).enter();
        if ('refusedForMs' in entry) {
          counts.refused += 1;
          throw refusal(call, entry.refusedForMs);
        }
        try {
          const answer = await run(ctx);
          entry.ended(evidenceOf(call), call.failures?.()[0]);
          return answer;
        } catch (error) {
          if (isSecretError(error) && !ctx.signal?.aborted)
            entry.ended(evidenceOf(call, error.code), error.code);
          else entry.ended('none');
          throw error;
        }
      },
      snapshot: () => ({ ...statesOf(per, [...circuits.all()]), ...counts }),
    });
  }

  return (next) => breaking(next)(next);
}

function statesOf(
  per: Per,
  circuits: readonly (readonly [string | undefined, Circuit])[],
): Readonly<Record<string, unknown>> {
  if (per === 'provider') return { state: circuits[0]?.[1].state ?? 'closed' };
  const notClosed = circuits
    .filter(([, { state }]) => state !== 'closed')
    .map(([account, { state, refusesForMs }]) => ({ account, state, retryAfterMs: Math.ceil(refusesForMs) }));
  return { circuits: circuits.length, notClosed };
}

function refusal({ provider, operation, refs }: Call, refusedForMs: number): SecretError {
  const retryAfterMs = Math.ceil(refusedForMs);
  return new SecretError(
    'circuit_open',
    `the backend kept failing, and is not asked for another ${retryAfterMs} ms. Check the backend, and try again then.`,
    { provider, operation, ref: refs.length === 1 ? refs[0] : undefined, retryAfterMs },
  );
}

function checkStrategy(strategy: unknown): void {
  const { name, tally } = (strategy ?? {}) as Partial<Strategy>;
  if (typeof name === 'string' && typeof tally === 'function') return;
  throw new TypeError(
    'circuitBreaker: strategy is consecutiveFailures(), failureShare(), or an object with a name, options and tally().',
  );
}
