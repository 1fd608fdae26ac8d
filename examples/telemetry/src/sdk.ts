import { metrics } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';

/** OpenTelemetry in this process, without a collector. */
export interface Sdk {
  /** The spans that have begun since this was last asked, once all of them have ended. */
  takeSpans(): Promise<readonly ReadableSpan[]>;
  /** Every metric, in the text format of Prometheus. */
  metricsText(): Promise<string>;
  stop(): Promise<void>;
}

/** Collects when it is asked to; in production, a `PeriodicExportingMetricReader` or a `PrometheusExporter` stands here. */
class AskedReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** A flush waits for what has begun: a span that tells a hashed name ends when the hash is there, which may be after its call. */
class OpenSpans implements SpanProcessor {
  #open = 0;
  #whenNone: (() => void)[] = [];

  onStart(): void {
    this.#open += 1;
  }

  onEnd(): void {
    this.#open -= 1;
    if (this.#open === 0) for (const resolve of this.#whenNone.splice(0)) resolve();
  }

  async forceFlush(): Promise<void> {
    if (this.#open > 0) await new Promise<void>((resolve) => this.#whenNone.push(resolve));
  }

  async shutdown(): Promise<void> {}
}

/** Starts it, with spans of HTTP requests. In production, an exporter for your collector stands in place of the memory. */
export function startSdk(): Sdk {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter), new OpenSpans()];
  const tracerProvider = new NodeTracerProvider({ spanProcessors });
  const reader = new AskedReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  tracerProvider.register(); // and the context manager that keeps a span active over awaits
  metrics.setGlobalMeterProvider(meterProvider);
  const http = new UndiciInstrumentation(); // fetch

  return {
    async takeSpans() {
      await tracerProvider.forceFlush();
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
