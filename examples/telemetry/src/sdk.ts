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
  /** Returns the spans that started since the last call, when all of them have ended. */
  takeSpans(): Promise<readonly ReadableSpan[]>;
  /** Returns every metric in the text format of Prometheus. */
  metricsText(): Promise<string>;
  stop(): Promise<void>;
}

/** Collects on demand. In production, use a `PeriodicExportingMetricReader` or a `PrometheusExporter`. */
class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Makes a flush wait for open spans: a span with a hashed name ends when the hash is computed, perhaps after its call. */
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

/** Starts OpenTelemetry with spans of HTTP requests. In production, use the exporter of your collector. */
export function startSdk(): Sdk {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter), new OpenSpans()];
  const tracerProvider = new NodeTracerProvider({ spanProcessors });
  const reader = new ManualReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  tracerProvider.register(); // also the context manager, which keeps a span active across awaits
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
