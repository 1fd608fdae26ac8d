import { type DescribeOptions, describeTrials } from './describe-trials.js';
import { type MakeMiddleware, middlewareTrials } from './middleware-trials.js';
import { type ConformanceReport, report } from './report.js';
import type { Runner } from './runner.js';

/**
 * Everything that a middleware or a stack of them must leave as it is, as tests of your runner: the provider suite
 * around a plain object, a class with private state, a provider with every method and one with none but `get`; and what
 * wrapping may not change.
 *
 * @param name - The middleware's name, for the tests.
 * @param make - Makes it, with the clock and the random numbers that it is given.
 * @param runner - `describe` and `it` of vitest, jest, `bun:test` or `node:test`.
 * @example
 * ```ts
 * import { describeMiddleware } from '@secretkit/conformance';
 * import { compose } from '@secretkit/core';
 * import { cache } from '@secretkit/middleware/cache';
 * import { retry } from '@secretkit/middleware/retry';
 * import { describe, it } from 'node:test';
 *
 * const make = ({ now, random }: { now: () => number; random: () => number }) =>
 *   compose(cache({ now }), retry({ now, random, baseDelayMs: 1 }));
 * describeMiddleware('cache and retry', make, { describe, it });
 * ```
 */
export function describeMiddleware(
  name: string,
  make: MakeMiddleware,
  runner: Runner,
  options: DescribeOptions = {},
): void {
  describeTrials(name, middlewareTrials(make), undefined, runner, options);
}

/**
 * The same without a test runner: runs every case, and answers with the report.
 *
 * @param name - The middleware's name, for the report.
 * @param make - Makes it, with the clock and the random numbers that it is given.
 */
export function reportMiddleware(name: string, make: MakeMiddleware): Promise<ConformanceReport> {
  return report(name, middlewareTrials(make));
}
