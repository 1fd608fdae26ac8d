import { type Attributes, type Histogram, type Meter, type MeterProvider, metrics } from '@opentelemetry/api';
import type { Layer } from '@secretkit/core/middleware';
import { type CacheCounts, countsOf, nothing, plus } from '../observe/cache-counts.js';
import { attribute, scopeName } from './conventions.js';

/** The metrics of one middleware. */
export interface Instruments {
  /** Records how long a call took, in seconds. */
  record(seconds: number, attributes: Attributes): void;
  /** From now on tells what the caches of a provider count, whenever somebody collects metrics: a hit pays nothing for it. */
  watch(provider: string, caches: readonly Layer[]): Disposable;
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
 * @param given - The meter to use in place of the global one. That is looked for at each call: before an SDK is registered,
 * there is none.
 * @param common - Attributes of everything.
 */
export function instruments(given: Meter | undefined, common: Attributes): Instruments {
  const watched = new Set<{ readonly provider: string; readonly caches: readonly Layer[] }>();
  const before = new Map<string, CacheCounts>(); // of stacks that are closed: what counts may not go down
  let current: Current | undefined;

  /** The counts by provider: of two stacks around providers of one name, the second would overwrite the first. */
  function totals(): ReadonlyMap<string, CacheCounts> {
    const sums = new Map(before);
    for (const { provider, caches } of watched) {
      sums.set(provider, plus(sums.get(provider) ?? nothing, countsOf(caches)));
    }
    return sums;
  }

  function begin(provider: MeterProvider): Current {
    const meter = given ?? provider.getMeter(scopeName);
    const duration = meter.createHistogram('secretkit.operation.duration', {
      description: 'Duration of calls that were not answered from memory.',
      unit: 's',
      advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
    });
    const counter = meter.createObservableCounter('secretkit.cache.events', {
      description: 'What happened in caches: hits, misses, stale answers, refreshes, failures, evictions.',
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
          const times = counts[count as keyof typeof events]; // entries() forgets the keys
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
      return {
        [Symbol.dispose]() {
          if (watched.delete(own)) {
            before.set(provider, { ...plus(before.get(provider) ?? nothing, countsOf(caches)), size: 0 });
          }
          if (watched.size > 0) return;
          current?.stop();
          current = undefined;
        },
      };
    },
  };
}
