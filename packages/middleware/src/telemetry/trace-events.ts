import { metrics, type Span, trace } from '@opentelemetry/api';
import type { FallThrough } from '../fallback/options.js';
import type { Retry } from '../retry/options.js';
import { attribute, scopeName } from './conventions.js';

/**
 * Adds an event to the active span for a failed attempt that is retried, and counts it. A hook for `retry`.
 *
 * @example
 * ```ts
 * import { compose } from '@secretkit/core';
 * import { retry } from '@secretkit/middleware/retry';
 * import { telemetry, traceRetry } from '@secretkit/middleware/telemetry';
 *
 * const stack = compose(telemetry(), retry({ onRetry: traceRetry }));
 * ```
 */
export function traceRetry({ operation, attempt, delayMs, code }: Retry): void {
  const span = activeSpan();
  span?.addEvent('secretkit.retry', {
    [attribute.attempt]: attempt,
    [attribute.delay]: delayMs / 1_000,
    [attribute.error]: code,
  });
  span?.setAttribute(attribute.attempts, attempt + 1);
  metrics
    .getMeter(scopeName)
    .createCounter('secretkit.retries', {
      description: 'Failed attempts that were retried.',
      unit: '{retry}',
    })
    .add(1, { [attribute.operation]: operation, [attribute.error]: code });
}

/** Adds an event to the active span for a failure after which the next provider is called. A hook for `fallback`. */
export function traceFallThrough({ provider, code, next }: FallThrough): void {
  activeSpan()?.addEvent('secretkit.fall_through', {
    [attribute.provider]: provider,
    [attribute.error]: code,
    [attribute.next]: next,
  });
}

// A refresh in the background may continue after the span of its reader has ended.
function activeSpan(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? span : undefined;
}
