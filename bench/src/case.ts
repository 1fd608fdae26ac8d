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
  /** Is it a time? Then a tenth more is noise. */
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

const slack = 0.1;

export function holds({ measured, atMost, atLeast, noisy }: Gate): boolean {
  const part = noisy ? slack : 0;
  return (
    measured <= (atMost ?? Number.POSITIVE_INFINITY) * (1 + part) &&
    measured >= (atLeast ?? Number.NEGATIVE_INFINITY) * (1 - part)
  );
}

/** The middle one. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
