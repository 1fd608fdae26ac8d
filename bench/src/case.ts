export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What must hold. Times may miss it by a little, counts may not. */
export interface Gate {
  readonly what: string;
  readonly measured: number;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** What it should be one day; until then the bound keeps it from getting worse. */
  readonly aim?: number;
  /** Why it is not reached, where it is not. */
  readonly why?: string;
  /** Is it a time? Then a tenth more is noise, and what misses it on a busy machine fails nothing until it is three times as much. */
  readonly noisy: boolean;
}

export interface Result {
  readonly tables: readonly Table[];
  readonly gates: readonly Gate[];
}

/** A part of the bench. */
export interface Case {
  readonly name: string;
  /** What it asks, in a line. */
  readonly about: string;
  /** @param gatesOnly - Measure only what a gate is about. */
  run(gatesOnly: boolean): Promise<Result>;
}

/** What a gate comes to. Times on a busy machine may miss their bound; what is three times as bad has become slower. */
export type Verdict = 'holds' | 'missed' | 'broken';

const slack = 0.1;
const noise = 2;

export function verdictOn(gate: Gate): Verdict {
  if (isWithin(gate, gate.noisy ? slack : 0)) return 'holds';
  return gate.noisy && isWithin(gate, noise) ? 'missed' : 'broken';
}

function isWithin({ measured, atMost, atLeast }: Gate, part: number): boolean {
  return (
    measured <= (atMost ?? Number.POSITIVE_INFINITY) * (1 + part) &&
    measured >= (atLeast ?? Number.NEGATIVE_INFINITY) / (1 + part)
  );
}

/** The middle one. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
