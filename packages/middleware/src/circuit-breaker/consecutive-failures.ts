import { checkNumber } from '@secretkit/core/provider';
import type { Strategy } from './strategy.js';

/**
 * Opens after so many failures in a row. For traffic that is thin, as it is behind a cache.
 *
 * @param maxFailures - From 1 on; 5 if it is left out.
 * @throws `RangeError` or `TypeError` for a wrong number.
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
