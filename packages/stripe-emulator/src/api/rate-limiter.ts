import type { Mode } from '../store/secret-space.js';
import type { Operation } from './operation.js';
import { rateLimited } from './stripe-failures.js';

/** Limits of requests per second and account. A missing limit is the one that Stripe documents. */
export interface RateLimit {
  /** For each operation. @defaultValue 25 */
  readonly perEndpoint?: number | undefined;
  /** For all operations together. @defaultValue 100 in live mode, 25 otherwise */
  readonly total?: number | undefined;
}

/** Limits the rate of requests. */
export interface RateLimiter {
  /**
   * Counts a request.
   *
   * @throws `ApiFailure` 429 `rate_limit` when a limit is reached.
   */
  admit(request: { readonly account: string; readonly mode: Mode; readonly operation: Operation }): void;
  reset(): void;
}

const windowMs = 1000;

/** Creates a rate limiter with a sliding window of one second. `now` returns epoch milliseconds. */
export function createRateLimiter(
  { perEndpoint = 25, total }: RateLimit,
  now: () => number,
  shouldRetry: boolean | null,
): RateLimiter {
  const admitted = new Map<string, number[]>();

  function recent(id: string): number[] {
    const time = now();
    // The clock may go back: entries in the future do not count.
    const times = (admitted.get(id) ?? []).filter((at) => at <= time && time - at < windowMs);
    admitted.set(id, times);
    return times;
  }

  return {
    admit({ account, mode, operation }) {
      const endpointTimes = recent(JSON.stringify([account, mode, operation]));
      const allTimes = recent(JSON.stringify([account, mode]));
      if (endpointTimes.length >= perEndpoint) throw rateLimited('endpoint-rate', shouldRetry);
      if (allTimes.length >= (total ?? (mode === 'live' ? 100 : 25)))
        throw rateLimited('global-rate', shouldRetry);
      endpointTimes.push(now());
      allTimes.push(now());
    },
    reset: () => admitted.clear(),
  };
}
