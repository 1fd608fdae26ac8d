import { type Attributes, type Meter, type Tracer, trace } from '@opentelemetry/api';
import type { Middleware } from '@secretkit/core/middleware';
import { checkOptions, kindOf, layersOf } from '@secretkit/core/provider';
import { observed } from '../observe/observed.js';
import { backendName } from './backend-name.js';
import { scopeName } from './conventions.js';
import { instruments } from './instruments.js';
import { type NameStyle, nameStyles } from './names.js';
import { sdkPresence } from './sdk-presence.js';
import { watchedBySpan } from './watched-by-span.js';

export type { NameStyle } from './names.js';
export { traceFallThrough, traceRetry } from './trace-events.js';

export interface TelemetryOptions {
  /**
   * How spans tell which secret was asked for: not at all, by a hash of its name (the first 16 hexadecimal digits of its
   * SHA-256, so whoever guesses a name can check the guess), or by its name. Metrics never tell.
   * @defaultValue 'omitted'
   */
  readonly names?: NameStyle;
  /**
   * Are there spans and durations of answers from memory too? They cost more then.
   * @defaultValue false
   */
  readonly hits?: boolean;
  /**
   * Attributes of every span and metric of this middleware, to tell it from others in the process.
   * @defaultValue none
   */
  readonly attributes?: Attributes;
  /** What makes the spans. @defaultValue that of the registered SDK */
  readonly tracer?: Tracer;
  /** What makes the metrics. @defaultValue that of the registered SDK */
  readonly meter?: Meter;
  /** The clock that staleness is told by, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

/**
 * Spans and metrics by OpenTelemetry, of every call that is not answered from memory: what was asked of which provider, what
 * came of it, what the cache made of it, how old a stale answer is. Never a value, and names only if they are asked for.
 *
 * It stands outside a cache. What is fresh there passes untouched and costs nothing: it is counted when somebody collects
 * metrics, from what the cache counts anyway. A span begins on a miss, and is the active one while the layers inside work,
 * so that the spans of HTTP requests stand below it. Without an SDK every call passes untouched.
 *
 * @throws `TypeError` for wrong options, when it is built.
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
export function telemetry(options: TelemetryOptions = {}): Middleware {
  checkOptions('telemetry', options, ['names', 'hits', 'attributes', 'tracer', 'meter', 'now']);
  const { names = 'omitted', hits = false, attributes = {}, now = () => Date.now() } = options;
  const { tracer = trace.getTracer(scopeName), meter } = options;
  const isGiven = options.tracer !== undefined || meter !== undefined;
  const isSdkPresent = sdkPresence();
  if (!nameStyles.includes(names)) throw new TypeError(`telemetry: names is ${nameStyles.join(', ')}.`);
  if (typeof attributes !== 'object' || attributes === null) {
    throw new TypeError('telemetry: attributes is an object of attributes by name.');
  }
  if (typeof tracer?.startSpan !== 'function') {
    throw new TypeError(`telemetry: tracer must have a startSpan method, got ${kindOf(tracer)}.`);
  }
  if (meter && typeof meter.createHistogram !== 'function') {
    throw new TypeError(`telemetry: meter must have a createHistogram method, got ${kindOf(meter)}.`);
  }
  const metrics = instruments(meter, attributes);

  return observed('telemetry', { names, hits, attributes }, { hits, now }, (next, caches) => {
    const provider = backendName({ name: next.name, layers: layersOf(next) });
    const watch = metrics.watch(provider, caches);
    return {
      isHeard: () => isGiven || isSdkPresent(),
      begin: (asked) => watchedBySpan(asked, { provider, names, attributes, tracer, metrics }),
      close: () => watch[Symbol.dispose](),
    };
  });
}
