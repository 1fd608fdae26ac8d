import { type DescribeOptions, describeTests } from './describe-tests.js';
import { type MakeMiddleware, middlewareTests } from './middleware-tests.js';
import { type ConformanceReport, report } from './report.js';
import type { Runner } from './runner.js';

/**
 * Registers the tests of a middleware, or of a stack of them, with your test runner: the provider suite around a plain object,
 * a class with private state, a provider with every method and one with only `get`, and the rules for wrapping.
 *
 * @param name - The name of the middleware, for the tests.
 * @param make - Creates the middleware, with the clock and the random source that it gets.
 * @param runner - `describe` and `it` of vitest, jest, `bun:test` or `node:test`.
 * @throws `TypeError` when `make` does not return a middleware.
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
  describeTests(name, middlewareTests(make), undefined, runner, options);
}

/**
 * Runs the tests of `describeMiddleware` without a test runner, and returns the report.
 *
 * @param name - The name of the middleware, for the report.
 * @param make - Creates the middleware, with the clock and the random source that it gets.
 */
export function reportMiddleware(name: string, make: MakeMiddleware): Promise<ConformanceReport> {
  return report(name, middlewareTests(make));
}
