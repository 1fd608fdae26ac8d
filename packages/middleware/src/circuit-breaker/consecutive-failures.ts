import { checkNumber } from '@secretkit/core/provider';
import type { Strategy } from './strategy.js';

/**
 * Opens a circuit after a number of consecutive failures. For few calls, as there are behind a cache.
 *
 * @param maxFailures - How many consecutive failures open the circuit, from 1 to 1,000,000. 5 by default.
 * @throws `RangeError` or `TypeError` for an invalid number.
 * @example
 * ```ts
 * import { circuitBreaker, consecutiveFailures } from '@secretkit/middleware/circuit-breaker';
 *
 * const breaker = circuitBreaker({ strategy: consecutiveFailures(3) });
 * ```
 */
export function consecutiveFailures(maxFailures = 5): Strategy {
  checkNumber('consecutiveFailures', 'maxFailures', maxFailures, { min: 1, max: 1_000_000, whole: true });
  return {
    name: 'consecutiveFailures',
    options: { maxFailures },
    tally() {
      let failures = 0;
      return {
        opens(down) {
          failures = down ? failures + 1 : 0;
          return failures >= maxFailures;
        },
      };
    },
  };
}
