import type { CacheOptions } from '@secretkit/middleware/cache';
import { recommended } from '@secretkit/middleware/recommended';
import type { Scenario } from './scenario.js';

type Variant = Omit<Scenario, 'name' | 'processes' | 'stack'> & Pick<CacheOptions, 'jitter' | 'ttlMs'>;

const tenMinutes = 600_000;

/** What a fleet may meet, each the first one with one thing changed. */
const variants: Readonly<Record<string, Variant>> = {
  'list, all at once, 25 a second, outage': {},
  'rolled out over ten minutes': { rolloutMs: tenMinutes },
  'fixed time-to-live': { jitter: 0 },
  'fresh for a minute': { ttlMs: 60_000 },
  'fresh for fifteen minutes': { ttlMs: 900_000 },
  'find each': { reads: 'find' },
  '100 a second': { limit: 100 },
  'find each, 100 a second': { reads: 'find', limit: 100 },
  '429 storm': { trouble: 'throttled' },
  '1 % restarted a minute': { restartsPerMinute: 0.01 },
};

// Ten thousand take minutes each, so they are looked at where their number is what matters.
const ofLargeFleets = new Set([
  'list, all at once, 25 a second, outage',
  'rolled out over ten minutes',
  'fresh for fifteen minutes',
  '1 % restarted a minute',
]);
const large = 10_000;

/** A fleet of so many processes under the library's defaults, with one thing changed if the variant says so. */
export function scenario(processes: number, variant: string): Scenario {
  const { jitter, ttlMs, ...changed } = variants[variant] ?? {};
  return {
    name: variant,
    processes,
    ...changed,
    // Only the room differs: it is reserved beforehand, and ten thousand processes are one here.
    stack: (world) =>
      recommended({
        ...world,
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
    const names = Object.keys(variants).filter((name) => processes < large || ofLargeFleets.has(name));
    return names.map((name) => scenario(processes, name));
  });
}
