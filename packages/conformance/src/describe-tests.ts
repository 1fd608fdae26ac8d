import type { Capability } from '@secretkit/core/provider';
import { checkRunner } from './check-harness.js';
import type { ConformanceTest } from './conformance-test.js';
import { type CaseResult, type ConformanceReport, reportOf } from './report.js';
import type { Runner } from './runner.js';

/** What to do with the results, in addition to failing the tests. */
export interface DescribeOptions {
  /** Called once, after the last case, with the report. @defaultValue none */
  readonly onReport?: (report: ConformanceReport) => void;
}

/** Registers one test of the runner for each conformance test, under one heading. */
export function describeTests(
  name: string,
  tests: readonly ConformanceTest[],
  capabilities: (() => readonly Capability[]) | undefined,
  runner: Runner,
  { onReport }: DescribeOptions,
): void {
  checkRunner(runner);
  const { describe, it } = runner;
  const results: CaseResult[] = [];
  const record = (result: CaseResult): void => {
    results.push(result);
    if (results.length === tests.length) onReport?.(reportOf(name, results, capabilities?.()));
  };
  describe(name, () => {
    for (const { id, title, run } of tests) {
      it(`${id}: ${title}`, async () => {
        try {
          await run();
          record({ id, title, passed: true });
        } catch (error) {
          record({
            id,
            title,
            passed: false,
            failure: error instanceof Error ? error.message : 'it failed',
          });
          throw error;
        }
      });
    }
  });
}
