import type { Operation } from '../api/operation.js';
import { checkFault } from './check-fault.js';
import type { Fault, FaultKind, FaultMatch } from './fault.js';

/** A fault that still waits for requests, without its body and headers. */
export interface PendingFault extends FaultMatch {
  readonly kind: FaultKind;
  /** Number of requests that it will still affect. */
  readonly remaining: number;
}

/** Injects faults into requests. */
export interface Faults {
  /**
   * Adds a fault for the next matching requests. Faults apply in the order in which they were added.
   *
   * @throws `TypeError` when the kind or an option is unknown, missing or wrong.
   * @example
   * emulator.faults.add({ kind: 'serverError', operation: 'find', times: 2 });
   */
  add(fault: Fault): void;
  /** Returns the faults that still wait for requests. Empty once all faults were used. */
  pending(): readonly PendingFault[];
  /** Removes the faults that still wait. */
  clear(): void;
}

/** {@link Faults} with the method that requests call. */
export interface FaultQueue extends Faults {
  /** Returns the first fault that matches a request, and counts it as used. */
  take(request: {
    readonly operation: Operation;
    readonly account: string;
    readonly name: string | null;
  }): Fault | undefined;
}

/** Creates an empty queue. */
export function createFaultQueue(): FaultQueue {
  let waiting: { readonly fault: Fault; remaining: number }[] = [];

  return {
    add(fault) {
      waiting.push({ fault: { ...checkFault(fault) }, remaining: fault.times ?? 1 });
    },
    pending: () =>
      waiting.map(({ fault: { kind, operation, account, name }, remaining }) => ({
        kind,
        ...(operation === undefined ? {} : { operation }),
        ...(account === undefined ? {} : { account }),
        ...(name === undefined ? {} : { name }),
        remaining,
      })),
    clear() {
      waiting = [];
    },
    take(request) {
      const entry = waiting.find(({ fault }) => matches(fault, request));
      if (!entry) return undefined;
      entry.remaining -= 1;
      waiting = waiting.filter(({ remaining }) => remaining > 0);
      return entry.fault;
    },
  };
}

function matches(
  fault: FaultMatch,
  request: { readonly operation: Operation; readonly account: string; readonly name: string | null },
): boolean {
  return (
    (fault.operation === undefined || fault.operation === request.operation) &&
    (fault.account === undefined || fault.account === request.account) &&
    (fault.name === undefined || fault.name === request.name)
  );
}
