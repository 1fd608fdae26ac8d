/**
 * ## States
 *
 * Stops calls to a backend that is down, so that callers fail fast and the backend can recover. A circuit has three states:
 *
 * - **closed**: every attempt reaches the backend. Consecutive failures open the circuit.
 * - **open**: calls reject with `circuit_open` at once, and `retryAfterMs` has the remaining time.
 * - **half-open**: after that time one attempt, the probe, reaches the backend. An answer closes the circuit; a failure opens it
 *   again for twice as long. If the probe never ends, the next one starts after the same wait.
 *
 * Only `unavailable` and `timeout` count as failures. An abort by the caller does not count, and a batch counts as a failure only if
 * it has no answer for any of its secrets.
 *
 * ## Defaults
 *
 * Reasons for the defaults: behind a cache there are few calls, so five consecutive failures are a better sign than a failure rate.
 * Ten seconds are a short outage for users; with `maxOpenMs`, a backend that recovers after an hour is used again within a minute.
 *
 * ## Counts
 *
 * The snapshot in `layersOf(stack)` has the `state`, or with `per: 'account'` the number of `circuits` and those that are
 * `notClosed`; also how often a circuit `opened`, and how many calls were `refused`.
 *
 * @packageDocumentation
 */

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
  kindOf,
  maxDelayMs,
  SecretError,
  type SecretProvider,
  throwIfAborted,
} from '@secretkit/core/provider';
import { layerKind } from '../shared/layer-kind.js';
import { monotonicNow } from '../shared/monotonic-now.js';
import { checkPer, type Per, perAccount } from '../shared/per-account.js';
import { type Circuit, circuit } from './circuit.js';
import { consecutiveFailures } from './consecutive-failures.js';
import { evidenceOf } from './evidence.js';
import type { CircuitBreakerOptions } from './options.js';
import type { Strategy } from './strategy.js';

export type { CircuitState, Transition } from './circuit.js';
export { consecutiveFailures } from './consecutive-failures.js';
export { type FailureShareOptions, failureShare } from './failure-share.js';
export type { CircuitBreakerOptions, CircuitChange } from './options.js';
export type { Strategy, Tally } from './strategy.js';

/**
 * Stops calls to a backend that is down, as a circuit breaker with three states. After several attempts that ended with
 * `unavailable` or `timeout`, the circuit opens: calls reject at once with `circuit_open`, and `retryAfterMs` has the
 * remaining time. Then the circuit is half-open and lets one attempt through, the probe. If the backend answers, the circuit
 * closes; if it fails, the circuit stays open for twice as long.
 *
 * Other results do not count as failures: a missing secret, a denial, a rate limit, an abort by the caller. A batch counts
 * as a failure if it has no answer for any of its secrets.
 *
 * Put it inside a retry, so that each attempt counts, and outside a timeout, so that a call that hangs counts. Its snapshot
 * in `layersOf` has the `state` (with `per: 'account'`: the number of `circuits`, and which are `notClosed`), how often it
 * `opened` and how many calls it `refused`.
 *
 * @throws `RangeError` or `TypeError` for invalid options, at construction. Refused calls reject with `circuit_open`.
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
  const {
    strategy = consecutiveFailures(),
    openMs = 10_000,
    maxOpenMs = Math.max(60_000, openMs),
    per = 'provider',
    maxAccounts = 1_000,
    onStateChange,
    now = monotonicNow,
    random = () => Math.random(),
  } = checkOptions('circuitBreaker', options, [
    'strategy',
    'openMs',
    'maxOpenMs',
    'per',
    'maxAccounts',
    'onStateChange',
    'now',
    'random',
  ]);
  checkStrategy(strategy);
  checkNumber('circuitBreaker', 'openMs', openMs, { min: 1, max: maxDelayMs });
  checkNumber('circuitBreaker', 'maxOpenMs', maxOpenMs, {
    min: openMs,
    max: maxDelayMs,
    remedy: 'Raise it to openMs, or lower openMs.',
  });
  checkPer('circuitBreaker', per);
  checkNumber('circuitBreaker', 'maxAccounts', maxAccounts, { min: 1, max: 1_000_000, whole: true });

  const settings = {
    strategy: { name: strategy.name, ...strategy.options },
    openMs,
    maxOpenMs,
    per,
    maxAccounts,
  };
  const openTimes = { openMs, maxOpenMs, random: boundedRandom(random) };

  // The circuits belong to the wrapped provider, not to the middleware, which may wrap several.
  function layerFor(next: SecretProvider): Middleware {
    const clock = monotonicClock(now);
    const time = (): number => clock.read() + clock.offsetMs; // a clock that is set back keeps no circuit open for longer
    const counts = { opened: 0, refused: 0 };
    const circuits = perAccount(per, maxAccounts, next, (account) =>
      circuit(strategy, openTimes, time, (transition) => {
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
      kind: layerKind('circuitBreaker'),
      options: settings,
      policy: async (run, ctx, call) => {
        throwIfAborted(ctx.signal);
        const admission = circuits.of(call).admit();
        if ('refusedForMs' in admission) {
          counts.refused += 1;
          throw refusal(call, admission.refusedForMs);
        }
        try {
          const answer = await run(ctx);
          admission.ended(evidenceOf(call), call.failures?.()[0]);
          return answer;
        } catch (error) {
          if (isSecretError(error) && !ctx.signal?.aborted)
            admission.ended(evidenceOf(call, error.code), error.code);
          else admission.ended('none');
          throw error;
        }
      },
      snapshot: () => ({ ...statesOf(per, [...circuits.all()]), ...counts }),
    });
  }

  return (next) => layerFor(next)(next);
}

function statesOf(
  per: Per,
  circuits: readonly (readonly [string | undefined, Circuit])[],
): Readonly<Record<string, unknown>> {
  if (per === 'provider') {
    const state = circuits[0]?.[1].state ?? 'closed';
    return { state, degraded: state !== 'closed' };
  }
  const notClosed = circuits
    .filter(([, { state }]) => state !== 'closed')
    .map(([account, { state, refusesForMs }]) => ({ account, state, retryAfterMs: Math.ceil(refusesForMs) }));
  return { circuits: circuits.length, notClosed, degraded: notClosed.length > 0 };
}

function refusal({ provider, operation, refs }: Call, refusedForMs: number): SecretError {
  const retryAfterMs = Math.ceil(refusedForMs);
  return new SecretError(
    'circuit_open',
    `the backend failed repeatedly, so its circuit is open for another ${retryAfterMs} ms. ` +
      'Check the backend, and try again after that time.',
    { provider, operation, ref: refs.length === 1 ? refs[0] : undefined, retryAfterMs },
  );
}

function checkStrategy(strategy: unknown): void {
  const { name, tally } = (strategy ?? {}) as Partial<Strategy>;
  if (typeof name === 'string' && typeof tally === 'function') return;
  throw new TypeError(
    'circuitBreaker: strategy must be consecutiveFailures(), failureShare() or an object with a name, options and tally(), ' +
      `got ${kindOf(strategy)}.`,
  );
}
