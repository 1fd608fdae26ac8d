import { expect } from 'vitest';
import type { ConformanceTest } from '../src/conformance-test.js';
import { resultOf } from '../src/report.js';

/** Expects that the case fails, says what was expected and why, and shows no value. */
export async function expectCaught(tests: readonly ConformanceTest[], caughtBy: string): Promise<void> {
  const test = tests.find(({ id }) => id === caughtBy);
  if (!test) throw new Error(`no case ${caughtBy}`);
  const { passed, failure } = await resultOf(test);
  expect(passed).toBe(false);
  expect(failure).toMatch(/(expected .*, got |leaked through ).*Reason: /s);
  expect(failure).not.toContain('CANARY');
}
