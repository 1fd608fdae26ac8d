// Reads how many tests passed, failed and were skipped, and which failed, from the reports of the test runners.
import { readFileSync } from 'node:fs';

/** @param report - The path of vitest's JSON report. */
export function vitestCounts(report) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const failures = testResults.flatMap(({ name: file, message, assertionResults }) => [
    ...(message ? [`${file}: ${firstLine(message)}`] : []), // the file itself failed
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${fullName}: ${firstLine(failureMessages[0] ?? '')}`),
  ]);
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: numPendingTests + numTodoTests,
    failures,
  };
}

/** @param report - The path of a JUnit report, whose root element has the sums. */
export function junitCounts(report) {
  const text = readFileSync(report, 'utf8');
  const [, attributes] = /<testsuites([^>]*)>/.exec(text);
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const skipped = count('skipped') + count('disabled');
  const failures = [...text.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<(?:failure|error)/g)].map(
    ([, name]) => name,
  );
  return { passed: count('tests') - failed - skipped, failed, skipped, failures };
}

function firstLine(text) {
  return text.trim().split('\n')[0];
}
