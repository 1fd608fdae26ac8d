import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  type IPolicy,
  retry,
  TimeoutStrategy,
  timeout,
  wrap as wrapPolicies,
} from 'cockatiel';
import type { Policies } from '../../src/policies.js';

/** The policies of a secretkit stack, in the same order. */
export const cockatiel: Policies = {
  name: 'cockatiel',
  wrap(kinds) {
    const policies: Record<(typeof kinds)[number], () => IPolicy> = {
      retry: () => retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
      circuitBreaker: () =>
        circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
      timeout: () => timeout(3_000, TimeoutStrategy.Aggressive),
    };
    const policy = wrapPolicies(...kinds.map((kind) => policies[kind]()));
    return (run) => policy.execute(({ signal }) => run(signal));
  },
};
