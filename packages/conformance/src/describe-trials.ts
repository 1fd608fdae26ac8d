import type { Capability } from '@secretkit/core/provider';
import { checkRunner } from './check-harness.js';
import { type CaseResult, type ConformanceReport, reportOf } from './report.js';
import type { Runner } from './runner.js';
import type { Trial } from './trial.js';

/** What to do with the results, besides failing the tests. */
export interface DescribeOptions {
  /** Is given the report when the last case has been run. */
  readonly onReport?: (report: ConformanceReport) => void;
}

/** One test for each trial, under one heading. */
export function describeTrials(
  name: string,
  trials: readonly Trial[],
  capabilities: (() => readonly Capability[]) | undefined,
  runner: Runner,
  { onReport }: DescribeOptions,
): void {
  checkRunner(runner);
  const { describe, it } = runner;
  const results: CaseResult[] = [];
  const finished = (result: CaseResult): void => {
    results.push(result);
    if (results.length === trials.length) onReport?.(reportOf(name, results, capabilities?.()));
  };
  describe(name, () => {
    for (const { id, title, run } of trials) {
      it(`${id}: ${title}`, async () => {
        try {
          await run();
          finished({ id, title, passed: true });
        } catch (error) {
          finished({
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
