import { inspect } from 'node:util';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expectNoLeak, expectNoLeakDuring } from '@secretkit/conformance';
import { compose, createSecrets } from '@secretkit/core';
import {
  errorRules,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { incidents, observe } from '@secretkit/middleware/observe';
import { recommended } from '@secretkit/middleware/recommended';
import { telemetry, traceRetry } from '@secretkit/middleware/telemetry';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

const value = 'CANARY-of-the-value';
const message = 'CANARY-of-the-vendor';
const url = 'https://user:CANARY-of-the-url@vault.example/v1?token=CANARY-of-the-query';
const canaries = [value, message, 'CANARY-of-the-url', 'CANARY-of-the-query'];

class Reader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** A vendor's error, with all that such errors have. */
class VendorError extends Error {
  readonly config = { url, headers: { authorization: message } };
  readonly response = { status: 500, body: `${message} ${value}` };
}

/** Fails as a vendor's client does (`foreign`), or as an adapter that maps the error. */
function failureOf(kind: SecretErrorCode | 'foreign'): Error {
  const cause = new VendorError(`${message}: GET ${url} returned ${value}`);
  if (kind === 'foreign') return cause;
  const error = new SecretError(kind, 'as scripted.', { details: { status: 500 } });
  return Object.assign(error, { cause, request: cause.config, response: cause.response });
}

describe('all that is printed about a stack', () => {
  it.each([...(Object.keys(errorRules) as SecretErrorCode[]), 'foreign' as const])(
    'has no value, no message of the vendor and no URL: %s',
    async (kind) => {
      let ms = Date.now();
      const now = (): number => ms;
      let failing = false;
      const backend: SecretProvider = {
        name: 'vault',
        async get() {
          if (failing) throw failureOf(kind);
          return seal(value, { version: 'v1', expiresAt: new Date(ms + 7_200_000) });
        },
      };
      const spans = new InMemorySpanExporter();
      const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
      const reader = new Reader();
      const meterProvider = new MeterProvider({ readers: [reader] });
      const lines: string[] = [];
      const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
      const events: unknown[] = [];
      const log = incidents({ now, settleMs: 0, log: (line, fields) => logger.warn(fields, line) });
      const secrets = createSecrets(
        recommended({
          now,
          telemetry: compose(
            telemetry({
              now,
              names: 'plain',
              tracer: tracerProvider.getTracer('leaks'),
              meter: meterProvider.getMeter('leaks'),
            }),
            observe({
              now,
              onEvent(event) {
                events.push(event);
                log(event);
              },
            }),
          ),
          retry: { baseDelayMs: 1, maxDelayMs: 1, onRetry: traceRetry },
        })(backend),
        { now },
      );
      const shown: unknown[] = [];
      const show = (): void => {
        for (const name of ['held', 'new', 'never']) {
          const explanation = secrets.explain(name);
          shown.push(explanation, String(explanation), JSON.stringify(explanation), inspect(explanation));
        }
        const health = secrets.health({ required: ['held', 'new'] });
        shown.push(health, JSON.stringify(health), inspect(health, { depth: null, showHidden: true }));
      };
      await expectNoLeakDuring(canaries, async () => {
        await secrets.get('held');
        show();
        failing = true;
        for (const laterMs of [0, 400_000, 1_000, 3_700_000]) {
          ms += laterMs;
          await secrets.getManySettled({ held: 'held', other: 'new' });
          await secrets.get('held', { fresh: true }).catch(() => undefined);
          show();
        }
        failing = false;
        ms += 120_000;
        await secrets.get('held');
        await secrets.get('new');
        await new Promise((resolve) => setTimeout(resolve, 5)); // the line of the end is logged by a timer
        show();
      });
      const { resourceMetrics } = await reader.collect();
      const scraped = new PrometheusSerializer().serialize(resourceMetrics);
      expect(scraped).toContain('secretkit_cache_failures_total');
      expect(spans.getFinishedSpans().length).toBeGreaterThan(5);
      if (!['conflict', 'closed'].includes(kind)) expect(lines.length).toBeGreaterThan(0);
      const printed = spans
        .getFinishedSpans()
        .map(({ name, attributes, events: marks, status }) => ({ name, attributes, marks, status }));
      expectNoLeak(canaries, [shown, scraped, lines, events, printed]);
      await secrets.close();
    },
  );
});
