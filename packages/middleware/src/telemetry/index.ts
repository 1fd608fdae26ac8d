import { trace } from '@opentelemetry/api';
import type { Middleware } from '@secretkit/core/middleware';
import { checkOptions, isPlainObject, kindOf, layersOf } from '@secretkit/core/provider';
import { observeCalls } from '../observe/observe-calls.js';
import { scopeName } from './conventions.js';
import { instruments } from './instruments.js';
import type { TelemetryOptions } from './options.js';
import { sdkPresence } from './sdk-presence.js';
import { nameStyles } from './secret-names.js';
import { spanObserver } from './span-observer.js';

export type { TelemetryOptions } from './options.js';
export type { NameStyle } from './secret-names.js';
export { traceFallThrough, traceRetry } from './trace-events.js';
export { type RotationStep, traceRotation } from './trace-rotation.js';

/**
 * Makes OpenTelemetry spans and metrics of each call that is not a cache hit: the operation, the provider, the outcome, the
 * cache result and the age of a stale value. Never a value, and names and versions only with the
 * option `names`.
 *
 * Put it outside a cache. A hit passes unchanged and costs nothing: it is counted when metrics are collected, from the
 * cache's own counts. The span is the active one while the layers inside work, so the spans of HTTP requests are its
 * children. Without an SDK every call passes unchanged.
 *
 * @throws `TypeError` for invalid options, at construction.
 * @example
 * ```ts
 * import { compose, createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { cache } from '@secretkit/middleware/cache';
 * import { retry } from '@secretkit/middleware/retry';
 * import { telemetry, traceRetry } from '@secretkit/middleware/telemetry';
 *
 * const stack = compose(telemetry(), cache(), retry({ onRetry: traceRetry }));
 * const secrets = createSecrets(stack(envSecrets()));
 * ```
 */
export function telemetry(given: TelemetryOptions = {}): Middleware {
  const options = checkOptions('telemetry', given, ['names', 'hits', 'attributes', 'tracer', 'meter', 'now']);
  checkTelemetry(options);
  const { names = 'omitted', hits = false, attributes = {}, now = () => Date.now() } = options;
  const { tracer = trace.getTracer(scopeName), meter } = options;
  const isGiven = options.tracer !== undefined || meter !== undefined;
  const isSdkPresent = sdkPresence();
  const metrics = instruments(meter, attributes, now);

  return observeCalls({
    name: 'telemetry',
    options: { names, hits, attributes },
    hits,
    now,
    observerOf(next, provider) {
      const unwatch = metrics.watch({ name: next.name, layers: layersOf(next) });
      return {
        isRecording: () => isGiven || isSdkPresent(),
        begin: (call) => spanObserver(call, { provider, names, attributes, tracer, metrics }),
        close: unwatch,
      };
    },
  });
}

function checkTelemetry({ names = 'omitted', attributes = {}, tracer, meter }: TelemetryOptions): void {
  if (!nameStyles.includes(names)) {
    const got = typeof names === 'string' ? 'another string' : kindOf(names);
    throw new TypeError(`telemetry: names must be one of ${nameStyles.join(', ')}, got ${got}.`);
  }
  if (!isPlainObject(attributes)) {
    throw new TypeError(`telemetry: attributes must be an object, got ${kindOf(attributes)}.`);
  }
  if (tracer !== undefined && typeof (tracer as Partial<typeof tracer> | null)?.startSpan !== 'function') {
    throw new TypeError(
      `telemetry: tracer must be an object with a startSpan method, got ${kindOf(tracer)}. Pass trace.getTracer(name).`,
    );
  }
  if (meter !== undefined && typeof (meter as Partial<typeof meter> | null)?.createHistogram !== 'function') {
    throw new TypeError(
      `telemetry: meter must be an object with a createHistogram method, got ${kindOf(meter)}. Pass metrics.getMeter(name).`,
    );
  }
}
