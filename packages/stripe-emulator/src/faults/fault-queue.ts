import type { Operation } from '../api/operation.js';
import { checkFault } from './check-fault.js';
import type { Fault, FaultKind, FaultMatch } from './fault.js';

/** A fault that still waits for requests; its bodies and headers are not shown. */
export interface PendingFault extends FaultMatch {
  readonly kind: FaultKind;
  /** How many requests it will still hit. */
  readonly remaining: number;
}

/** Scripts what goes wrong. */
export interface Faults {
  /**
   * Lets the next matching requests go wrong. Faults are used in the order they were added.
   *
   * @throws TypeError for a fault that does not exist or has a wrong field
   * @example
   * emulator.faults.add({ kind: 'serverError', operation: 'find', times: 2 });
   */
  add(fault: Fault): void;
  /** The faults that still wait. Empty once a script has run to its end. */
  pending(): readonly PendingFault[];
  /** Drops the faults that still wait. */
  clear(): void;
}

/** {@link Faults} with the way a request takes the one that is for it. */
export interface FaultQueue extends Faults {
  take(request: {
    readonly operation: Operation;
    readonly account: string;
    readonly name: string | null;
  }): Fault | undefined;
}

/** Makes an empty queue. */
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
