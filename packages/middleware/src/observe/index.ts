/**
 * ## Incidents
 *
 * ```text
 * stripe: get "db-password" failed: unavailable. Readers get the value in memory.
 * stripe: get "mail-key" failed: unavailable. Readers get this error.
 * stripe: works again after 12 min. 41 calls affected: unavailable.
 * ```
 *
 * An incident is a backend and a code. The second line is logged once, when the first reader gets the error. An incident of the whole
 * backend ends with a success; one of some secrets (`permission_denied`, `invalid_data`, `unknown`, …) when each of them succeeds. A failure
 * within `settleMs` of the success continues the incident. A lost precondition (`conflict`) is not an incident. Lines and fields have
 * names of secrets and codes, never a value or a vendor's message.
 *
 * ## Events
 *
 * An event has the call (`provider`, `backend`, `operation`, `refs`, `scope`), its `outcome`, its `durationMs`, the result in the cache
 * (`cache`), how long a stale value is past its freshness (`staleForMs`), the failure that it hides (`hiddenFailure`), and how many refs
 * of a batch `failed`. An exception or a rejection of a
 * hook does not affect the call.
 *
 * @packageDocumentation
 */

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
