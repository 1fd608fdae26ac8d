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

/** Collects only when `collect` is called. */
class ManualReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** One series of a metric: its count, and for a histogram the sum of its recordings. */
export interface Series {
  readonly attributes: Attributes;
  readonly value: number;
  readonly sum?: number;
}

/** Creates an OpenTelemetry SDK whose spans and metrics a test can read. */
export function sdk(...processors: SpanProcessor[]) {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [...processors, new SimpleSpanProcessor(exporter)],
  });
  const reader = new ManualReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    tracerProvider,
    meterProvider,
    /** Returns the spans that have ended. */
    spans: (): readonly ReadableSpan[] => exporter.getFinishedSpans(),
    /** Collects and returns every metric by name. */
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
    /** Collects and returns the scope, unit and description of every metric. */
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
    /** Registers it as the SDK of the process, until `unregister`. */
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
