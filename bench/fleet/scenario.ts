import type { Middleware } from '@secretkit/core';
import { type FleetOptions, fleet, type Span, type World } from './fleet.js';
import type { Trouble } from './store.js';

const minuteMs = 60_000;

/** A fleet, and what happens to it: it is deployed, settles, runs on, meets trouble for ten minutes and recovers. */
export interface Scenario {
  readonly name: string;
  readonly processes: number;
  /** @defaultValue 'list' */
  readonly reads?: FleetOptions['reads'];
  /** How often each process reads all its secrets, in milliseconds, on average. @defaultValue 10000 */
  readonly readEveryMs?: number;
  /** @defaultValue 0: all processes start at once */
  readonly rolloutMs?: number;
  /** The part of the processes that is replaced each minute, once all have been started. @defaultValue 0 */
  readonly restartsPerMinute?: number;
  /** @defaultValue 25 */
  readonly limit?: number;
  /** @defaultValue 'outage' */
  readonly trouble?: Trouble;
  /** How long it settles, runs on and recovers, each in milliseconds. @defaultValue 900000 */
  readonly restMs?: number;
  readonly stack: (world: World) => Middleware;
}

/** What came of it, in parts that follow on each other. */
export interface Outcome {
  /** From the start of the first process until four minutes after that of the last. */
  readonly deployment: Span;
  /** How long processes took from their start to having all their secrets. */
  readonly warmAfterMs: { readonly median: number; readonly last: number };
  /** Processes that had not, at the end of the deployment. */
  readonly stillCold: number;
  /** Everything is read anew for the first few times. */
  readonly settling: Span;
  readonly steady: Span;
  readonly trouble: Span;
  readonly recovery: Span;
}

export async function outcomeOf(scenario: Scenario, seed = 1): Promise<Outcome> {
  const { reads = 'list', readEveryMs = 10_000, rolloutMs = 0, restartsPerMinute = 0, limit = 25 } = scenario;
  const { restMs = 15 * minuteMs } = scenario;
  const { processes, stack, trouble: kind = 'outage' } = scenario;
  const run = fleet({
    ...{ processes, stack, reads, readEveryMs, rolloutMs, restartsPerMinute, limit, seed },
    secrets: 10,
  });
  try {
    const deployment = await run.pass(rolloutMs + 4 * minuteMs);
    const warm = run.warmAfterMs();
    const stillCold = run.cold;
    const settling = await run.pass(restMs);
    const steady = await run.pass(restMs);
    run.store.trouble = kind;
    const trouble = await run.pass(10 * minuteMs);
    run.store.trouble = undefined;
    const recovery = await run.pass(restMs);
    const warmAfterMs = { median: warm[warm.length >> 1] ?? Number.NaN, last: warm.at(-1) ?? Number.NaN };
    return { deployment, warmAfterMs, stillCold, settling, steady, trouble, recovery };
  } finally {
    run.end();
  }
}
