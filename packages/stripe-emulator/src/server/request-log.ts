import type { Operation } from '../api/operation.js';
import type { FaultKind } from '../faults/fault.js';
import { checkOptions, isAnything, type OptionChecks } from '../options/option-checks.js';
import type { Mode } from '../store/secret-space.js';

/** One request, without its query, payload and key. What a refused request did not get to is `null`. */
export interface RequestLogEntry {
  /** The HTTP method, such as `GET`. */
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  /** What it asked of the Secret Store. */
  readonly operation: Operation | null;
  /** The secret's name, if the request has one. */
  readonly name: string | null;
  /** The account that it was about. */
  readonly account: string | null;
  /** The mode of its key. */
  readonly mode: Mode | null;
  /** HTTP status, or `null` if a fault kept it back. */
  readonly status: number | null;
  /** The `Request-Id` of the answer. */
  readonly requestId: string;
  /** Milliseconds from the last byte of the request to the first of the answer. */
  readonly durationMs: number;
  /** The fault that hit the request. */
  readonly fault: FaultKind | null;
  /** Whether a saved answer was given again for an idempotency key. */
  readonly replayed: boolean;
}

/** Which entries to look at: those equal in every field given. */
export type RequestFilter = {
  readonly [K in 'operation' | 'name' | 'account' | 'mode' | 'status' | 'fault' | 'replayed']?:
    | RequestLogEntry[K]
    | undefined;
};

/** What was asked of the emulator. */
export interface RequestLog {
  /** How many requests have begun and not ended: those that hang, and those that are answered right now. */
  readonly inFlight: number;
  /**
   * How many requests were made since the start or the last reset.
   *
   * @throws TypeError for a filter with an unknown field, which nothing would match
   */
  count(filter?: RequestFilter): number;
  /** The requests, oldest first; only the last 10 000 are kept. */
  list(filter?: RequestFilter): readonly RequestLogEntry[];
}

/** {@link RequestLog} with the way entries get in. */
export interface RequestRecorder extends Omit<RequestLog, 'inFlight'> {
  record(entry: RequestLogEntry): void;
  reset(): void;
}

const maxEntries = 10_000;

const filterChecks: OptionChecks<RequestFilter> = {
  operation: isAnything,
  name: isAnything,
  account: isAnything,
  mode: isAnything,
  status: isAnything,
  fault: isAnything,
  replayed: isAnything,
};

/** Makes an empty log. An error thrown by `onRequest` is ignored: watching must not change what is watched. */
export function createRequestLog(onRequest: ((entry: RequestLogEntry) => void) | undefined): RequestRecorder {
  let entries: RequestLogEntry[] = [];
  let total = 0;

  function list(filter: RequestFilter = {}): readonly RequestLogEntry[] {
    checkOptions('the filter of requests', filter, filterChecks);
    const fields = Object.keys(filter) as (keyof RequestFilter)[]; // the type has no other keys
    return entries.filter((entry) =>
      fields.every((field) => filter[field] === undefined || filter[field] === entry[field]),
    );
  }

  return {
    count: (filter) => (filter === undefined ? total : list(filter).length),
    list,
    record(entry) {
      total += 1;
      entries.push(entry);
      if (entries.length > maxEntries) entries.shift();
      try {
        const told: unknown = onRequest?.(entry);
        Promise.resolve(told).catch(() => undefined); // it may be an async function
      } catch {
        // A listener's failure is not the emulator's.
      }
    },
    reset() {
      total = 0;
      entries = [];
    },
  };
}
