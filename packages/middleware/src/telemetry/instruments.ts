import {
  type Attributes,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
  type Observable,
} from '@opentelemetry/api';
import { type Branch, ignoreErrors } from '@secretkit/core/middleware';
import { attribute, scopeName } from './conventions.js';
import { type LayerMetric, layerMetrics } from './layer-metrics.js';
import { createReadings } from './readings.js';

/** The metrics of one middleware. */
export interface Instruments {
  /** Records the duration of a call, in seconds. */
  record(seconds: number, attributes: Attributes): void;
  /**
   * Reports the snapshots of a stack's layers each time that metrics are collected, so that a hit costs nothing. Returns the
   * function that ends it.
   */
  watch(stack: Branch): () => void;
}

interface Current {
  readonly provider: MeterProvider;
  readonly duration: Histogram;
  stop(): void;
}

/**
 * @param given - The meter to use instead of the global one, which is looked up at each call, since an SDK may be registered
 * later.
 * @param common - The attributes of every metric.
 */
export function instruments(given: Meter | undefined, common: Attributes, now: () => number): Instruments {
  const readings = createReadings(now);
  let current: Current | undefined;

  function begin(provider: MeterProvider): Current {
    const meter = given ?? provider.getMeter(scopeName);
    const duration = meter.createHistogram('secretkit.operation.duration', {
      description: 'Duration of calls that were not cache hits.',
      unit: 's',
      advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
    });
    const observables = new Map(layerMetrics.map((metric) => [metric, observableOf(meter, metric)]));
    const report: Parameters<Meter['addBatchObservableCallback']>[0] = (observer) => {
      for (const { metric, backend, label, value } of readings.take()) {
        const observable = observables.get(metric);
        const attributes = {
          ...common,
          [attribute.provider]: backend,
          ...(metric.by !== undefined && { [metric.by]: label }),
        };
        if (observable) observer.observe(observable, value, attributes);
      }
    };
    const all = [...observables.values()];
    meter.addBatchObservableCallback(report, all);
    return { provider, duration, stop: () => meter.removeBatchObservableCallback(report, all) };
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

    watch(stack) {
      const stop = readings.watch(stack);
      return () => {
        stop();
        if (readings.isWatching) return;
        ignoreErrors(() => current?.stop());
        current = undefined;
      };
    },
  };
}

function observableOf(meter: Meter, { name, instrument, unit, description }: LayerMetric): Observable {
  const options = { unit, description };
  if (instrument === 'counter') return meter.createObservableCounter(name, options);
  if (instrument === 'gauge') return meter.createObservableGauge(name, options);
  return meter.createObservableUpDownCounter(name, options);
}
