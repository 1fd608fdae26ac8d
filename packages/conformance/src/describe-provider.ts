import { type DescribeOptions, describeTests } from './describe-tests.js';
import type { Harness } from './harness.js';
import { providerTests } from './provider-tests.js';
import { type ConformanceReport, report } from './report.js';
import type { Runner } from './runner.js';

/**
 * Registers the tests of a provider with your test runner. The methods of the provider and the traits of its backend decide
 * which cases run; for a method that is absent, the call must reject with `unsupported`.
 *
 * @param name - The name of the provider, for the tests.
 * @param harness - Creates the provider, and changes its backend without the provider.
 * @param runner - `describe` and `it` of vitest, jest, `bun:test` or `node:test`.
 * @throws `TypeError` for a harness or a runner that the suite cannot use.
 * @example
 * ```ts
 * import { describeProvider, type Harness } from '@secretkit/conformance';
 * import { seal } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { counting, fakeClock } from '@secretkit/testing';
 * import { describe, it } from 'node:test';
 *
 * const harness: Harness = {
 *   traits: { scopes: ['account', 'user'], expiryResolutionMs: 1 },
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
  const { tests, capabilities } = providerTests(harness);
  describeTests(name, tests, capabilities, runner, options);
}

/**
 * Runs the tests of `describeProvider` without a test runner, and returns the report.
 *
 * @param name - The name of the provider, for the report.
 * @param harness - Creates the provider, and changes its backend without the provider.
 */
export function reportProvider(name: string, harness: Harness): Promise<ConformanceReport> {
  const { tests, capabilities } = providerTests(harness);
  return report(name, tests, capabilities);
}
