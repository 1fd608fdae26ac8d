import { type Attributes, type Histogram, type Meter, type MeterProvider, metrics } from '@opentelemetry/api';
import type { Layer } from '@secretkit/core/middleware';
import { addCounts, type CacheCounts, countsOf, noCounts } from '../observe/cache-counts.js';
import { attribute, scopeName } from './conventions.js';

/** The metrics of one middleware. */
export interface Instruments {
  /** Records the duration of a call, in seconds. */
  record(seconds: number, attributes: Attributes): void;
  /**
   * Reports the counts of a provider's caches each time that metrics are collected, so that a hit costs nothing. Returns the
   * function that ends it.
   */
  watch(provider: string, caches: readonly Layer[]): () => void;
}

interface Current {
  readonly provider: MeterProvider;
  readonly duration: Histogram;
  stop(): void;
}

const events = {
  hits: 'hit',
  misses: 'miss',
  stale: 'stale',
  refreshes: 'refresh',
  coalesced: 'coalesced',
  failures: 'failure',
  evictions: 'eviction',
} as const satisfies Omit<Record<keyof CacheCounts, string>, 'size'>;

/**
 * @param given - The meter to use instead of the global one, which is looked up at each call, since an SDK may be registered
 * later.
 * @param common - The attributes of every metric.
 */
export function instruments(given: Meter | undefined, common: Attributes): Instruments {
  const watched = new Set<{ readonly provider: string; readonly caches: readonly Layer[] }>();
  const closed = new Map<string, CacheCounts>(); // of closed stacks: a counter must not decrease
  let current: Current | undefined;

  /** Returns the counts by provider. Without the sum, two stacks around providers of one name would overwrite each other. */
  function totals(): ReadonlyMap<string, CacheCounts> {
    const sums = new Map(closed);
    for (const { provider, caches } of watched) {
      sums.set(provider, addCounts(sums.get(provider) ?? noCounts, countsOf(caches)));
    }
    return sums;
  }

  function begin(provider: MeterProvider): Current {
    const meter = given ?? provider.getMeter(scopeName);
    const duration = meter.createHistogram('secretkit.operation.duration', {
      description: 'Duration of calls that were not cache hits.',
      unit: 's',
      advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
    });
    const counter = meter.createObservableCounter('secretkit.cache.events', {
      description:
        'Cache events: hits, misses, stale values, refreshes, coalesced reads, failures, evictions.',
      unit: '{event}',
    });
    const entries = meter.createObservableUpDownCounter('secretkit.cache.entry.count', {
      description: 'Values in caches.',
      unit: '{entry}',
    });
    const report: Parameters<Meter['addBatchObservableCallback']>[0] = (observer) => {
      for (const [provider, counts] of totals()) {
        const attributes = { ...common, [attribute.provider]: provider };
        for (const [count, event] of Object.entries(events)) {
          const times = counts[count as keyof typeof events]; // entries() loses the type of the keys
          observer.observe(counter, times, { ...attributes, [attribute.cacheEvent]: event });
        }
        observer.observe(entries, counts.size, attributes);
      }
    };
    meter.addBatchObservableCallback(report, [counter, entries]);
    return {
      provider,
      duration,
      stop: () => meter.removeBatchObservableCallback(report, [counter, entries]),
    };
  }

  return {
    record(seconds, attributes) {
      const provider = metrics.getMeterProvider();
      if (current?.provider !== provider) {
        current?.stop();
        current = begin(provider);
      }
      current.duration.record(seconds, { ...common, ...attributes });
    },

    watch(provider, caches) {
      const own = { provider, caches };
      if (caches.length > 0) watched.add(own);
      return () => {
        if (watched.delete(own)) {
          closed.set(provider, { ...addCounts(closed.get(provider) ?? noCounts, countsOf(caches)), size: 0 });
        }
        if (watched.size > 0) return;
        current?.stop();
        current = undefined;
      };
    },
  };
}
