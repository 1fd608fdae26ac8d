import { isSecretError } from '@secretkit/core/provider';

const firstMs = 100;
const longestMs = 30_000;

/**
 * Returns the wait after some failures in a row, in milliseconds: exponential backoff with jitter, of at most a twenty-fourth of the
 * lease's length, so that an outage of a third of it is survived. A wait that the server asks for is kept while there is time.
 */
export function retryWaitMs(
  failures: number,
  failure: unknown,
  { leaseMs, leftMs }: { readonly leaseMs: number; readonly leftMs: number },
  random: () => number,
): number {
  const boundMs = Math.max(firstMs, Math.min(longestMs, leaseMs / 24));
  const waitMs = Math.min(boundMs, firstMs * 2 ** Math.min(failures - 1, 30)) * (0.5 + 0.5 * random());
  const askedMs = isSecretError(failure) ? (failure.retryAfterMs ?? 0) : 0;
  return Math.max(waitMs, Math.min(askedMs, leftMs / 4));
}
