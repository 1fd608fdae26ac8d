import type { CacheOptions } from '@secretkit/middleware/cache';
import { recommended } from '@secretkit/middleware/recommended';
import type { Scenario } from './scenario.js';

type Variant = Omit<Scenario, 'name' | 'processes' | 'stack'> & Pick<CacheOptions, 'jitter' | 'ttlMs'>;

const tenMinutes = 600_000;

/** `defaults`: all processes start at once and read by batch, 25 requests per second, an outage. The others change one thing. */
const variants: Readonly<Record<string, Variant>> = {
  defaults: {},
  'rolling deployment, 10 min': { rolloutMs: tenMinutes },
  'no TTL jitter': { jitter: 0 },
  'TTL 1 min': { ttlMs: 60_000 },
  'TTL 15 min': { ttlMs: 900_000 },
  'one request per secret': { reads: 'find' },
  '100 requests/s': { limit: 100 },
  'one request per secret, 100 requests/s': { reads: 'find', limit: 100 },
  'throttling (429)': { fault: 'throttling' },
  '1 % restarts per minute': { restartsPerMinute: 0.01 },
};

// A simulation of ten thousand processes takes minutes, so it runs only where the number of processes matters.
const largeVariants = new Set([
  'defaults',
  'rolling deployment, 10 min',
  'TTL 15 min',
  '1 % restarts per minute',
]);
const large = 10_000;

/**
 * A fleet with the default options, except for the change of the variant.
 *
 * @throws `RangeError` if the variant is unknown.
 */
export function scenario(processes: number, variant: string): Scenario {
  const found = variants[variant];
  if (!found) {
    throw new RangeError(
      `unknown scenario "${variant}". Known scenarios: ${Object.keys(variants).join(', ')}.`,
    );
  }
  const { jitter, ttlMs, ...changed } = found;
  return {
    name: variant,
    processes,
    ...changed,
    // maxEntries is small because the cache reserves memory for it, and one process simulates ten thousand.
    stack: (context) =>
      recommended({
        ...context,
        cache: {
          maxEntries: 16,
          ...(jitter !== undefined && { jitter }),
          ...(ttlMs !== undefined && { ttlMs }),
        },
      }),
  };
}

export function scenarios(sizes: readonly number[]): readonly Scenario[] {
  return sizes.flatMap((processes) => {
    const names = Object.keys(variants).filter((name) => processes < large || largeVariants.has(name));
    return names.map((name) => scenario(processes, name));
  });
}
