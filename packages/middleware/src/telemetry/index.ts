/**
 * ## Attributes
 *
 * A cache hit passes unchanged and costs nothing: it is counted when metrics are collected, from the cache's own counts. Every other
 * call is a span, which is active while the layers inside work, so the spans of HTTP requests are its children. Without an SDK calls
 * pass unchanged. Spans and metrics never have a value, or the message of an error, which contains names.
 *
 * | attribute | on |
 * | --- | --- |
 * | `secretkit.operation.name` | spans, durations and retries: `get`, `getMany`, `list`, `set`, `compareAndSet`, `delete`, `listVersions` |
 * | `secretkit.provider.name` | spans and metrics: the backend inside the layer, such as `stripe` |
 * | `secretkit.outcome` | `found`, `missing`, `done`, `aborted`, or the error's code |
 * | `error.type` | spans, durations, failures and retries: the error's code; for a batch, that of its first failure |
 * | `secretkit.circuit.state` | circuits: `closed`, `open`, `half-open` |
 * | `secretkit.cache.result` | `miss`, `refresh`, `coalesced`, `stale`, `hit` |
 * | `secretkit.cache.stale_age` | spans: how long the value is past its freshness, in seconds |
 * | `secretkit.attempt.count` | spans: the attempts, if there was more than one (`traceRetry`) |
 * | `secretkit.batch.size`, `.failed` | spans of batches |
 * | `secretkit.rotation.event`, `.client`, `.result` | rotations: the event, the client or pool, and `refused`, `failed`, `verified`, `unverified`, `in_use`, `unused` |
 * | `secretkit.rotation.generation`, `.in_use` | spans of rotations: the number of the credential, and how many connections still use it |
 * | `secretkit.secret.name`, `.names`, `.hash`, `.hashes` | spans, with the option `names` |
 * | `secretkit.secret.version`, `.versions`, `.version_hash`, `.version_hashes` | spans of refs with a version, with the option `names` |
 *
 * ## Metrics
 *
 * | metric | instrument, unit | |
 * | --- | --- | --- |
 * | `secretkit.operation.duration` | histogram, `s` | calls that were not cache hits; calls that their caller aborted are omitted |
 * | `secretkit.cache.events` | counter, `{event}` | by `secretkit.cache.event`: `hit`, `miss`, `stale`, `refresh`… |
 * | `secretkit.cache.failures` | counter, `{failure}` | reads of the backend that failed after retries, by `error.type`, also those that memory hides |
 * | `secretkit.cache.entry.count` | up-down counter, `{entry}` | values in memory |
 * | `secretkit.cache.cooldown.count`, `.stale.count` | up-down counters, `{entry}` | values whose refresh failed: not refreshed yet, served past their freshness |
 * | `secretkit.cache.stale.remaining` | gauge, `s` | until the first stale value may not be served any more; 0 while none is stale |
 * | `secretkit.cache.rotation_overdue.count` | up-down counter, `{entry}` | values in use that their store should have rotated by now |
 * | `secretkit.cache.consecutive_failures` | gauge, `{failure}` | reads of the backend that failed since the last success |
 * | `secretkit.cache.last_success.age` | gauge, `s` | since the backend last answered |
 * | `secretkit.cache.active_requests` | up-down counter, `{request}` | calls to the backend in flight |
 * | `secretkit.circuit.count` | up-down counter, `{circuit}` | circuits by `secretkit.circuit.state` |
 * | `secretkit.circuit.openings`, `.refusals` | counters | how often a circuit opened, and calls that it refused |
 * | `secretkit.retries` | counter, `{retry}` | by operation and code (`traceRetry`) |
 * | `secretkit.rotation.events` | counter, `{event}` | by `secretkit.rotation.event`, `.client` and `.result` (`traceRotation`) |
 *
 * Metrics never have a name of a secret, a version, an account or a user, whatever `names` is. The metrics of layers are read from
 * their snapshots when metrics are collected, from the first call on that is not a hit. Two stacks around backends of one name are
 * one series. Operations has a dashboard and alerts.
 *
 * `traceRetry` and `traceFallThrough` are hooks for `retry` and `fallback` that add events to the active span. A second `telemetry()`
 * inside the retry makes a span of each attempt. Start the SDK first: an older stack uses it from its next miss on.
 *
 * `traceRotation` is a hook for `rotating` of `@secretkit/rotation`: it counts each event, and
 * makes a span of it with the store's version id.
 *
 * @packageDocumentation
 */

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
