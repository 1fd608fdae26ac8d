import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  type IPolicy,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import type { Policies } from '../../src/policies.js';

/** The same policies as in a stack, in the same order. */
export const cockatiel: Policies = {
  name: 'cockatiel',
  around(kinds) {
    const made: Record<(typeof kinds)[number], () => IPolicy> = {
      retry: () => retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
      circuitBreaker: () =>
        circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
      timeout: () => timeout(3_000, TimeoutStrategy.Aggressive),
    };
    const policy = wrap(...kinds.map((kind) => made[kind]()));
    return (run) => policy.execute(({ signal }) => run(signal));
  },
};
