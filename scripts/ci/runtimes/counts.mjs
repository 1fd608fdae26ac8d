// Reads how many tests passed, failed and were skipped from the reports of the test runners.
import { readFileSync } from 'node:fs';

/** @param report - The path of vitest's JSON report. */
export function vitestCounts(report) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
}

/** @param report - The path of a JUnit report, whose root element has the sums. */
export function junitCounts(report) {
  const [, attributes] = /<testsuites([^>]*)>/.exec(readFileSync(report, 'utf8'));
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const skipped = count('skipped') + count('disabled');
  return { passed: count('tests') - failed - skipped, failed, skipped };
}
