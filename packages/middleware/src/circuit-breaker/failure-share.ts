import { checkNumber, checkOptions, maxDelayMs } from '@secretkit/core/provider';
import type { Strategy } from './strategy.js';

export interface FailureShareOptions {
  /**
   * The failure rate that opens the circuit, as a share of the attempts, from 0.01 to 1.
   * @defaultValue 0.5
   */
  readonly share?: number;
  /**
   * How long an attempt counts, in milliseconds, from 10 to 2³¹ − 1. The window moves in steps of a tenth of this.
   * @defaultValue 30000
   */
  readonly windowMs?: number;
  /**
   * The fewest attempts in the window that can open the circuit, from 1 to 1,000,000: one failed attempt out of one is not a
   * rate.
   * @defaultValue 10
   */
  readonly minAttempts?: number;
}

/** The window moves in steps: attempts that were counted in one step leave it together. */
const steps = 10;

/**
 * Opens a circuit when the failure rate in a sliding window of time reaches a share of the attempts. For many calls, some of
 * which always fail.
 *
 * @throws `RangeError` or `TypeError` for invalid options.
 * @example
 * ```ts
 * import { circuitBreaker, failureShare } from '@secretkit/middleware/circuit-breaker';
 *
 * const breaker = circuitBreaker({ strategy: failureShare({ share: 0.25, windowMs: 60_000 }) });
 * ```
 */
export function failureShare(options: FailureShareOptions = {}): Strategy {
  const own = checkOptions('failureShare', options, ['share', 'windowMs', 'minAttempts']);
  const { share = 0.5, windowMs = 30_000, minAttempts = 10 } = own;
  checkNumber('failureShare', 'share', share, { min: 0.01, max: 1 });
  checkNumber('failureShare', 'windowMs', windowMs, { min: steps, max: maxDelayMs });
  checkNumber('failureShare', 'minAttempts', minAttempts, { min: 1, max: 1_000_000, whole: true });
  return {
    name: 'failureShare',
    options: { share, windowMs, minAttempts },
    tally() {
      let counts: { readonly step: number; attempts: number; failures: number }[] = [];
      return {
        opens(down, now) {
          const step = Math.floor((now * steps) / windowMs);
          counts = counts.filter((count) => count.step > step - steps);
          let last = counts.at(-1);
          if (last?.step !== step) counts.push((last = { step, attempts: 0, failures: 0 }));
          last.attempts += 1;
          last.failures += down ? 1 : 0;
          const attempts = counts.reduce((sum, count) => sum + count.attempts, 0);
          const failures = counts.reduce((sum, count) => sum + count.failures, 0);
          return down && attempts >= minAttempts && failures >= share * attempts;
        },
      };
    },
  };
}
