import type { Operation } from '../api/operation.js';
import type { FaultKind } from '../faults/fault.js';
import { checkOptions, type OptionChecks, unchecked } from '../options/option-checks.js';
import type { Mode } from '../store/secret-space.js';

/** One request, without query, payload and key. A field that a refused request did not reach is `null`. */
export interface RequestLogEntry {
  /** The HTTP method, such as `GET`. */
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  /** Operation of the request. */
  readonly operation: Operation | null;
  /** Name of the secret. */
  readonly name: string | null;
  /** Account whose secrets the request reads or writes. */
  readonly account: string | null;
  /** Mode of the API key. */
  readonly mode: Mode | null;
  /** HTTP status, or `null` if a fault prevented a response. */
  readonly status: number | null;
  /** The `Request-Id` of the response. */
  readonly requestId: string;
  /** Milliseconds from the last byte of the request to the first byte of the response. */
  readonly durationMs: number;
  /** Kind of the fault that affected the request. */
  readonly fault: FaultKind | null;
  /** Whether the response was replayed for an idempotency key. */
  readonly replayed: boolean;
}

/** Selects the entries that are equal in every given field. */
export type RequestFilter = {
  readonly [K in 'operation' | 'name' | 'account' | 'mode' | 'status' | 'fault' | 'replayed']?:
    | RequestLogEntry[K]
    | undefined;
};

/** Log of the requests to the emulator. */
export interface RequestLog {
  /** Number of requests that have started and not ended, including requests that hang. */
  readonly inFlight: number;
  /**
   * Returns the number of requests since the start or the last reset.
   *
   * @throws `TypeError` when the filter has an unknown field.
   */
  count(filter?: RequestFilter): number;
  /**
   * Returns the requests, oldest first. The log keeps the last 10 000.
   *
   * @throws `TypeError` when the filter has an unknown field.
   */
  list(filter?: RequestFilter): readonly RequestLogEntry[];
}

/** {@link RequestLog} with the method that adds entries. */
export interface RequestRecorder extends Omit<RequestLog, 'inFlight'> {
  record(entry: RequestLogEntry): void;
  reset(): void;
}

const maxEntries = 10_000;

const filterChecks: OptionChecks<RequestFilter> = {
  operation: unchecked,
  name: unchecked,
  account: unchecked,
  mode: unchecked,
  status: unchecked,
  fault: unchecked,
  replayed: unchecked,
};

/** Creates an empty log. Errors of `onRequest` are ignored: a listener must not change the response. */
export function createRequestLog(onRequest: ((entry: RequestLogEntry) => void) | undefined): RequestRecorder {
  let entries: RequestLogEntry[] = [];
  let total = 0;

  function select(owner: string, filter: RequestFilter): readonly RequestLogEntry[] {
    checkOptions(owner, filter, filterChecks); // an unknown field would match nothing
    const fields = Object.keys(filter) as (keyof RequestFilter)[]; // the type has no other keys
    return entries.filter((entry) =>
      fields.every((field) => filter[field] === undefined || filter[field] === entry[field]),
    );
  }

  return {
    count: (filter) => (filter === undefined ? total : select('requests.count', filter).length),
    list: (filter = {}) => select('requests.list', filter),
    record(entry) {
      total += 1;
      entries.push(entry);
      if (entries.length > maxEntries) entries.shift();
      try {
        const result: unknown = onRequest?.(entry);
        Promise.resolve(result).catch(() => undefined); // onRequest may be an async function
      } catch {
        // The request must not fail because a listener failed.
      }
    },
    reset() {
      total = 0;
      entries = [];
    },
  };
}
