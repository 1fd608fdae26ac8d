import { metrics } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

/** OpenTelemetry in this process, without a collector. */
export interface Sdk {
  /** The spans that have ended since this was last asked. */
  takeSpans(): readonly ReadableSpan[];
  /** Every metric, in the text format of Prometheus. */
  metricsText(): Promise<string>;
  stop(): Promise<void>;
}

/** Collects when it is asked to; in production, a `PeriodicExportingMetricReader` or a `PrometheusExporter` stands here. */
class AskedReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Starts it, with spans of HTTP requests. In production, an exporter for your collector stands in place of the memory. */
export function startSdk(): Sdk {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const reader = new AskedReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  tracerProvider.register(); // and the context manager that keeps a span active over awaits
  metrics.setGlobalMeterProvider(meterProvider);
  const http = new UndiciInstrumentation(); // fetch

  return {
    takeSpans() {
      const spans = exporter.getFinishedSpans();
      exporter.reset();
      return spans;
    },
    async metricsText() {
      const { resourceMetrics } = await reader.collect();
      return new PrometheusSerializer().serialize(resourceMetrics);
    },
    async stop() {
      http.disable();
      await tracerProvider.shutdown();
      await meterProvider.shutdown();
    },
  };
}
