export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A limit for a measured number. Times may miss it by a little, counts must not. */
export interface Gate {
  readonly metric: string;
  readonly measured: number;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** The number to reach in the long term; until then the limit keeps the metric from getting worse. */
  readonly target?: number;
  /** The reason why the metric misses its limit or its target, if it does. */
  readonly reason?: string;
  /** Whether it is a time. A time passes up to a tenth over its limit, and fails only at three times its limit. */
  readonly noisy: boolean;
}

export interface Result {
  readonly tables: readonly Table[];
  readonly gates: readonly Gate[];
}

/** A group of measurements, by name. */
export interface Case {
  readonly name: string;
  /** One line for the terminal. */
  readonly description: string;
  /** @param gatesOnly - Measure only the metrics that have a gate. */
  run(gatesOnly: boolean): Promise<Result>;
}

/** `missed`: a time over its limit, possibly because the machine is busy. `failed`: a regression. */
export type GateStatus = 'passed' | 'missed' | 'failed';

const tolerance = 0.1;
const busyMachineTolerance = 2;

export function statusOf(gate: Gate): GateStatus {
  if (isWithin(gate, gate.noisy ? tolerance : 0)) return 'passed';
  return gate.noisy && isWithin(gate, busyMachineTolerance) ? 'missed' : 'failed';
}

function isWithin({ measured, atMost, atLeast }: Gate, tolerated: number): boolean {
  return (
    measured <= (atMost ?? Number.POSITIVE_INFINITY) * (1 + tolerated) &&
    measured >= (atLeast ?? Number.NEGATIVE_INFINITY) / (1 + tolerated)
  );
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
