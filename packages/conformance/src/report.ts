import type { Capability } from '@secretkit/core/provider';
import type { Trial } from './trial.js';

/** How one case went. */
export interface CaseResult {
  /** The stable id, such as `names/unscoped`. */
  readonly id: string;
  /** The case in one sentence. */
  readonly title: string;
  /** Did it hold? */
  readonly passed: boolean;
  /** What was expected, what came, and why it matters. Never a value. */
  readonly failure?: string;
}

/** How a provider or a middleware did. Plain data: write it to a file. */
export interface ConformanceReport {
  /** As given to `describeProvider` or `describeMiddleware`. */
  readonly name: string;
  /** What the provider can do besides `get`. Absent for a middleware, which can do what it wraps. */
  readonly capabilities?: readonly Capability[];
  /** How many cases held. */
  readonly passed: number;
  /** How many there were. */
  readonly total: number;
  /** Each of them, in order. */
  readonly cases: readonly CaseResult[];
}

/** Runs trials one after another, and sums them up. */
export async function report(
  name: string,
  trials: readonly Trial[],
  capabilities?: () => readonly Capability[],
): Promise<ConformanceReport> {
  const results: CaseResult[] = [];
  for (const trial of trials) results.push(await resultOf(trial));
  return reportOf(name, results, capabilities?.());
}

/** Runs one trial, and says how it went. */
export async function resultOf({ id, title, run }: Trial): Promise<CaseResult> {
  try {
    await run();
    return { id, title, passed: true };
  } catch (error) {
    return { id, title, passed: false, failure: error instanceof Error ? error.message : 'it failed' };
  }
}

export function reportOf(
  name: string,
  cases: readonly CaseResult[],
  capabilities: readonly Capability[] | undefined,
): ConformanceReport {
  const passed = cases.filter((each) => each.passed).length;
  return { name, ...(capabilities && { capabilities }), passed, total: cases.length, cases };
}

/**
 * Reports as a Markdown table, with the failures below it.
 *
 * @example
 * ```ts
 * import { reportMiddleware, reportTable } from '@secretkit/conformance';
 * import { cache } from '@secretkit/middleware/cache';
 *
 * console.log(reportTable([await reportMiddleware('cache', ({ now }) => cache({ now }))]));
 * ```
 */
export function reportTable(reports: readonly ConformanceReport[]): string {
  const rows = [
    ['', 'cases', 'can, besides `get`'],
    ...reports.map(({ name, passed, total, capabilities }) => [
      name,
      `${passed}/${total}`,
      capabilities ? capabilities.map((each) => `\`${each}\``).join(', ') || 'nothing' : 'what it wraps',
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const failures = reports.flatMap(({ name, cases }) =>
    cases.flatMap(({ failure }) => (failure === undefined ? [] : [`- ${name}: ${failure}`])),
  );
  return [line(head), rule, ...body.map(line), ...(failures.length > 0 ? ['', ...failures] : []), ''].join(
    '\n',
  );
}
