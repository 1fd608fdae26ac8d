import { ignoreErrors } from '@secretkit/core/middleware';
import {
  checkNumber,
  checkOptions,
  describeRef,
  errorRules,
  kindOf,
  type Operation,
  refKey,
  type SecretErrorCode,
} from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import type { CallEvent } from './call-event.js';

/** What a line of `incidents` reports, as fields for a logger: names and codes, never a value or a vendor's message. */
export interface IncidentFields {
  /**
   * - `started`: the backend begins to fail with a code;
   * - `worsened`: a reader gets the error, and until now all of them got a value in memory;
   * - `ended`: the backend works again.
   */
  readonly incident: 'started' | 'worsened' | 'ended';
  /** The backend that fails, such as `stripe`. */
  readonly backend: string;
  /** The code of the failure; with `ended`, all codes since the start. */
  readonly codes: readonly SecretErrorCode[];
  /** The first failure. */
  readonly since: Date;
  /** The call that failed. Absent with `ended`. */
  readonly operation?: Operation;
  /** The secrets of that call, as messages show them; of a large batch the first five. Absent with `ended`. */
  readonly refs?: readonly string[];
  /** Whether its reader got a value in memory instead of the failure. Absent with `ended`. */
  readonly served?: boolean;
  /** Present with `ended`: from the first failure to the success, in milliseconds. */
  readonly durationMs?: number;
  /** Present with `ended`: how many calls failed, or got a value in memory instead. */
  readonly failedCalls?: number;
}

export interface IncidentOptions {
  /** Called with a line for people and its fields, at most three times for a code. */
  readonly log: (line: string, fields: IncidentFields) => void;
  /**
   * How long after a success a failure continues the incident, in milliseconds: a backend that fails now and then is one
   * incident. The line of the end is logged this much later.
   * @defaultValue 10000
   */
  readonly settleMs?: number;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

interface Incident {
  readonly backend: string;
  readonly code: SecretErrorCode;
  readonly since: number;
  lastFailureAt: number;
  failedCalls: number;
  /** Whether every reader so far got a value in memory. */
  isHidden: boolean;
  /** The secrets that failed and have not succeeded since. */
  readonly failing: LRUCache<string, true>;
  /** Runs while calls succeed again. */
  end?: { readonly succeededAt: number; readonly timer: ReturnType<typeof setTimeout> } | undefined;
}

/** An incident without a failure for this long is over, though no call succeeded: its secrets are not read any more. */
const forgottenAfterMs = 3_600_000;
const maxIncidents = 100;
const maxFailing = 100;

/** Failures of the backend as a whole, which one success ends. The others are about one secret. */
const wholeBackend: ReadonlySet<SecretErrorCode> = new Set([
  'unauthenticated',
  'rate_limited',
  'quota_exceeded',
  'unavailable',
  'timeout',
  'circuit_open',
]);

/**
 * Makes a hook for `observe` that logs incidents instead of calls: one line when a backend begins to fail with a code, also
 * if readers do not see the failure since a value in memory is served, and one line when it works again, with the duration
 * and the number of calls that met a failure. It remembers at most 100 incidents.
 *
 * @throws `RangeError` or `TypeError` for invalid options.
 * @example
 * ```ts
 * import { incidents, observe } from '@secretkit/middleware/observe';
 * import { recommended } from '@secretkit/middleware/recommended';
 *
 * const logged = observe({ onEvent: incidents({ log: (line) => console.warn(line) }) });
 * const stack = recommended({ telemetry: logged });
 * ```
 */
export function incidents(options: IncidentOptions): (event: CallEvent) => void {
  const own = checkOptions('incidents', options, ['log', 'settleMs', 'now']);
  const { log, settleMs = 10_000, now = () => Date.now() } = own;
  if (typeof log !== 'function') {
    throw new TypeError(`incidents: log must be a function, got ${kindOf(log)}. Call incidents({ log }).`);
  }
  checkNumber('incidents', 'settleMs', settleMs, { min: 0, max: 3_600_000 });
  const open = new LRUCache<string, Incident>({
    max: maxIncidents,
    dispose: ({ end }) => clearTimeout(end?.timer),
  });

  function fail(event: CallEvent, code: SecretErrorCode): void {
    const { backend, operation, refs } = event;
    const key = `${code} ${backend}`;
    const at = now();
    const isHidden = event.hiddenFailure === code;
    const known = open.get(key);
    const isKnown = known !== undefined && at - known.lastFailureAt < forgottenAfterMs;
    const incident: Incident = isKnown
      ? known
      : { backend, code, since: at, lastFailureAt: at, failedCalls: 0, isHidden, failing: failing() };
    clearTimeout(incident.end?.timer);
    incident.end = undefined;
    incident.lastFailureAt = at;
    incident.failedCalls += 1;
    for (const ref of refs) incident.failing.set(refKey(ref), true);
    open.set(key, incident);
    if (isKnown && (isHidden || !incident.isHidden)) return;
    incident.isHidden = isHidden;
    const shown = refs.slice(0, 5).map(describeRef);
    const consequence = isHidden ? 'Readers get the value in memory.' : 'Readers get this error.';
    emit(`${backend}: ${[operation, ...shown].join(' ')} failed: ${code}. ${consequence}`, {
      incident: isKnown ? 'worsened' : 'started',
      backend,
      codes: [code],
      since: new Date(incident.since),
      operation,
      refs: shown,
      served: isHidden,
    });
  }

  function succeed({ backend, refs }: CallEvent): void {
    for (const incident of open.values()) {
      if (incident.backend !== backend) continue;
      for (const ref of refs) incident.failing.delete(refKey(ref));
      const isOver = wholeBackend.has(incident.code) || incident.failing.size === 0;
      if (!isOver || incident.end) continue;
      const succeededAt = now();
      const timer = setTimeout(finish, settleMs, backend);
      (timer as { unref?: () => void }).unref?.(); // a number in browsers and on Workers
      incident.end = { succeededAt, timer };
    }
  }

  /** Logs one line for all incidents of the backend that have ended with the same success. */
  function finish(backend: string): void {
    const ended = [...open.entries()].filter(([, each]) => each.backend === backend && each.end);
    for (const [key] of ended) open.delete(key);
    const all = ended.map(([, incident]) => incident).sort((one, other) => one.since - other.since);
    const since = Math.min(...all.map((each) => each.since));
    const durationMs = Math.max(...all.map(({ end }) => (end?.succeededAt ?? since) - since), 0);
    const failedCalls = all.reduce((sum, each) => sum + each.failedCalls, 0);
    const codes = all.map(({ code }) => code);
    const calls = failedCalls === 1 ? '1 call' : `${failedCalls} calls`;
    emit(`${backend}: works again after ${durationOf(durationMs)}. ${calls} affected: ${codes.join(', ')}.`, {
      incident: 'ended',
      backend,
      codes,
      since: new Date(since),
      durationMs,
      failedCalls,
    });
  }

  function emit(line: string, fields: IncidentFields): void {
    ignoreErrors(() => log(line, fields)); // the call belongs to the application
  }

  return (event) => {
    const code = failureOf(event);
    if (code) fail(event, code);
    else if (event.outcome !== 'aborted' && event.cache !== 'stale' && event.cache !== 'hit') succeed(event);
  };
}

function failing(): LRUCache<string, true> {
  return new LRUCache({ max: maxFailing });
}

/** Returns the failure of a call, also a hidden one. A lost precondition or a closed client is not one of the backend. */
function failureOf({ outcome, hiddenFailure }: CallEvent): SecretErrorCode | undefined {
  const code = isCode(outcome) ? outcome : hiddenFailure;
  return code === 'conflict' || code === 'closed' ? undefined : code;
}

function isCode(outcome: CallEvent['outcome']): outcome is SecretErrorCode {
  return Object.hasOwn(errorRules, outcome);
}

function durationOf(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
