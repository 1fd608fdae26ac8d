import type { Mode } from '../store/secret-space.js';
import type { Operation } from './operation.js';
import { rateLimited } from './stripe-failures.js';

/** Requests per second that an account may make. A limit left out is Stripe's documented one. */
export interface RateLimit {
  /** For each operation. @defaultValue 25 */
  readonly perEndpoint?: number | undefined;
  /** For all operations together. @defaultValue 100 in live mode, 25 otherwise */
  readonly total?: number | undefined;
}

/** Counts requests and refuses those over the limit. */
export interface RateLimiter {
  /** @throws ApiFailure 429 `rate_limit` */
  admit(request: { readonly account: string; readonly mode: Mode; readonly operation: Operation }): void;
  reset(): void;
}

const windowMs = 1000;

/** Makes a limiter over a sliding second of the given clock. */
export function createRateLimiter(
  { perEndpoint = 25, total }: RateLimit,
  now: () => number,
  shouldRetry: boolean | null,
): RateLimiter {
  const admitted = new Map<string, number[]>();

  function recent(id: string): number[] {
    const time = now();
    // After the clock was set back, what is ahead of it has no say.
    const times = (admitted.get(id) ?? []).filter((one) => one <= time && time - one < windowMs);
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
