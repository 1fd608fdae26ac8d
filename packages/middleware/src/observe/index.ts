import { type Middleware, notify } from '@secretkit/core/middleware';
import { checkOptions, kindOf } from '@secretkit/core/provider';
import type { CallEvent } from './call-event.js';
import { observeCalls } from './observe-calls.js';

export type { CacheResult } from './cache-result.js';
export type { CallEvent } from './call-event.js';
export { type IncidentFields, type IncidentOptions, incidents } from './incidents.js';
export type { ObservedCall } from './observe-calls.js';
export type { Outcome, Result } from './result.js';

export interface ObserveOptions {
  /** Called when a call has ended. An exception that it throws is ignored. */
  readonly onEvent: (event: CallEvent) => void;
  /**
   * Whether cache hits are reported too. Each hit then costs about as much as a miss does here.
   * @defaultValue false
   */
  readonly hits?: boolean;
  /** The clock for the age of stale values, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

/**
 * Calls a hook after each call that is not a cache hit, for logging without OpenTelemetry. The hook gets names, codes and
 * durations, never a value.
 *
 * Put it outside a cache: a hit passes unchanged and costs nothing. Inside a retry it reports each attempt.
 *
 * @throws `TypeError` for invalid options, at construction.
 * @example
 * ```ts
 * import { compose, createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { cache } from '@secretkit/middleware/cache';
 * import { observe } from '@secretkit/middleware/observe';
 *
 * const logged = observe({
 *   onEvent: ({ operation, outcome, durationMs }) => console.log(operation, outcome, durationMs),
 * });
 * const secrets = createSecrets(compose(logged, cache())(envSecrets()));
 * ```
 */
export function observe(options: ObserveOptions): Middleware {
  const own = checkOptions('observe', options, ['onEvent', 'hits', 'now']);
  const { onEvent, hits = false, now = () => Date.now() } = own;
  // The one hook that is required: without it the middleware does nothing, silently.
  if (typeof onEvent !== 'function') {
    throw new TypeError(
      `observe: onEvent must be a function, got ${kindOf(onEvent)}. Call observe({ onEvent }).`,
    );
  }

  return observeCalls({
    name: 'observe',
    options: { hits },
    hits,
    now,
    observerOf: () => ({
      begin(call) {
        const startedAt = performance.now();
        return {
          run: (work) => work(),
          end: (result) => notify(onEvent, { ...call, ...result, durationMs: performance.now() - startedAt }),
        };
      },
    }),
  });
}
