import { type Attributes, context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  type DataPoint,
  type ExponentialHistogram,
  type Histogram,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Collects when it is asked to. */
class AskedReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** One series of a metric: what it counted, or how often it was recorded and what that sums up to. */
export interface Series {
  readonly attributes: Attributes;
  readonly value: number;
  readonly sum?: number;
}

/** An OpenTelemetry SDK in this process, whose spans and metrics a test can look at. */
export function sdk(...processors: SpanProcessor[]) {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [...processors, new SimpleSpanProcessor(exporter)],
  });
  const reader = new AskedReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    tracerProvider,
    meterProvider,
    /** The spans that have ended. */
    spans: (): readonly ReadableSpan[] => exporter.getFinishedSpans(),
    /** Every metric that has been collected by now, by name. */
    async metrics(): Promise<ReadonlyMap<string, readonly Series[]>> {
      const { resourceMetrics } = await reader.collect();
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return new Map(
        all.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map((point) => seriesOf(point)),
        ]),
      );
    },
    /** What the collected metrics say of themselves. */
    async described(): Promise<readonly object[]> {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics.flatMap(({ scope, metrics: all }) =>
        all.map(({ descriptor: { name, unit, description } }) => ({
          scope: scope.name,
          name,
          unit,
          description,
        })),
      );
    },
    /** Makes it the one of the process, until `unregister`. */
    register(): void {
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      trace.setGlobalTracerProvider(tracerProvider);
      metrics.setGlobalMeterProvider(meterProvider);
    },
  };
}

export function unregister(): void {
  context.disable();
  trace.disable();
  metrics.disable();
}

function seriesOf({ attributes, value }: DataPoint<number | Histogram | ExponentialHistogram>): Series {
  return typeof value === 'number'
    ? { attributes, value }
    : { attributes, value: value.count, sum: value.sum ?? 0 };
}
