import { type DescribeOptions, describeTrials } from './describe-trials.js';
import type { Harness } from './harness.js';
import { providerTrials } from './provider-trials.js';
import { type ConformanceReport, report } from './report.js';
import type { Runner } from './runner.js';

/**
 * Everything that a provider must do, as tests of your runner. What it is asked follows from its methods and from the
 * facts of its backend; a method that it lacks must answer `unsupported`.
 *
 * @param name - The provider's name, for the tests.
 * @param harness - How to get at the provider and, behind its back, at its backend.
 * @param runner - `describe` and `it` of vitest, jest, `bun:test` or `node:test`.
 * @example
 * ```ts
 * import { describeProvider, fakeClock, type Harness } from '@secretkit/conformance';
 * import { counting } from '@secretkit/conformance';
 * import { seal } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { describe, it } from 'node:test';
 *
 * const harness: Harness = {
 *   facts: { scopes: ['account', 'user'], expiryResolutionMs: 1 },
 *   open() {
 *     const clock = fakeClock();
 *     const store = memorySecrets({ now: clock.now });
 *     const { provider, calls } = counting(store);
 *     return {
 *       provider,
 *       ...clock,
 *       put: (ref, value, expiresAt) => store.set(ref, seal(value, { expiresAt }), {}),
 *       remove: (ref) => store.delete(ref, {}),
 *       calls,
 *     };
 *   },
 * };
 *
 * describeProvider('memory', harness, { describe, it });
 * ```
 */
export function describeProvider(
  name: string,
  harness: Harness,
  runner: Runner,
  options: DescribeOptions = {},
): void {
  const { trials, capabilities } = providerTrials(harness);
  describeTrials(name, trials, capabilities, runner, options);
}

/**
 * The same without a test runner: runs every case, and answers with the report.
 *
 * @param name - The provider's name, for the report.
 * @param harness - How to get at the provider and, behind its back, at its backend.
 */
export function reportProvider(name: string, harness: Harness): Promise<ConformanceReport> {
  const { trials, capabilities } = providerTrials(harness);
  return report(name, trials, capabilities);
}
