import type { Capability } from '@secretkit/core/provider';
import type { ConformanceTest } from './conformance-test.js';

/** The result of one case. */
export interface CaseResult {
  /** The stable id: `names/unscoped`. */
  readonly id: string;
  /** The requirement in one sentence. */
  readonly title: string;
  /** Whether the requirement is met. */
  readonly passed: boolean;
  /** The expectation, the result and the reason; never a value. Absent when the case passed. */
  readonly failure?: string;
}

/** The results of a provider or a middleware: plain data, which can be written to a file. */
export interface ConformanceReport {
  /** The name that `describeProvider` or `describeMiddleware` got. */
  readonly name: string;
  /** The capabilities of the provider besides `get`. Absent for a middleware, which has those of the inner provider. */
  readonly capabilities?: readonly Capability[];
  /** The number of cases that passed. */
  readonly passed: number;
  /** The number of cases. */
  readonly total: number;
  /** The cases, in order. */
  readonly cases: readonly CaseResult[];
}

/** Runs tests one after another, and returns the report. */
export async function report(
  name: string,
  tests: readonly ConformanceTest[],
  capabilities?: () => readonly Capability[],
): Promise<ConformanceReport> {
  const results: CaseResult[] = [];
  for (const test of tests) results.push(await resultOf(test));
  return reportOf(name, results, capabilities?.());
}

/** Runs one test, and returns its result. */
export async function resultOf({ id, title, run }: ConformanceTest): Promise<CaseResult> {
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
 * Returns the reports as a Markdown table, with the failures below it.
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
    ['', 'cases', 'capabilities besides `get`'],
    ...reports.map(({ name, passed, total, capabilities }) => [
      name,
      `${passed}/${total}`,
      capabilities
        ? capabilities.map((each) => `\`${each}\``).join(', ') || 'none'
        : 'those of the inner provider',
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
