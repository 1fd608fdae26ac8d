import type { Middleware } from '@secretkit/core';
import { type FleetOptions, fleet, type PhaseStats, type SimulationContext } from './fleet.js';
import type { Fault } from './store.js';

const minuteMs = 60_000;

/** A simulated fleet: deployment, settling, a steady phase, an incident of ten minutes, and recovery. */
export interface Scenario {
  readonly name: string;
  readonly processes: number;
  /** @defaultValue 'list' */
  readonly reads?: FleetOptions['reads'];
  /** The mean interval, in milliseconds, at which each process reads all its secrets. @defaultValue 10000 */
  readonly readEveryMs?: number;
  /** @defaultValue 0: all processes start at once */
  readonly rolloutMs?: number;
  /** The fraction of the processes that new ones replace each minute, once all have been started. @defaultValue 0 */
  readonly restartsPerMinute?: number;
  /** Requests per second for each operation. @defaultValue 25 */
  readonly limit?: number;
  /** The fault of the store during the incident. @defaultValue 'outage' */
  readonly fault?: Fault;
  /** The duration of settling, of the steady phase and of recovery, each in milliseconds. @defaultValue 900000 */
  readonly phaseMs?: number;
  readonly stack: (context: SimulationContext) => Middleware;
}

/** The statistics of each phase, in the order of time. */
export interface Outcome {
  /** From the start of the first process until four minutes after the start of the last. */
  readonly deployment: PhaseStats;
  /** The time from the start of a process until it had all its secrets, in milliseconds. */
  readonly warmAfterMs: { readonly median: number; readonly last: number };
  /** The number of processes that did not have all their secrets at the end of the deployment. */
  readonly stillCold: number;
  /** The caches refresh their values for the first times. */
  readonly settling: PhaseStats;
  readonly steady: PhaseStats;
  readonly incident: PhaseStats;
  readonly recovery: PhaseStats;
}

export async function outcomeOf(scenario: Scenario, seed = 1): Promise<Outcome> {
  const { reads = 'list', readEveryMs = 10_000, rolloutMs = 0, restartsPerMinute = 0, limit = 25 } = scenario;
  const { phaseMs = 15 * minuteMs } = scenario;
  const { processes, stack, fault = 'outage' } = scenario;
  const run = fleet({
    ...{ processes, stack, reads, readEveryMs, rolloutMs, restartsPerMinute, limit, seed },
    secrets: 10,
  });
  try {
    const deployment = await run.advance(rolloutMs + 4 * minuteMs);
    const warm = run.warmAfterMs();
    const stillCold = run.cold;
    const settling = await run.advance(phaseMs);
    const steady = await run.advance(phaseMs);
    run.store.fault = fault;
    const incident = await run.advance(10 * minuteMs);
    run.store.fault = undefined;
    const recovery = await run.advance(phaseMs);
    const warmAfterMs = { median: warm[warm.length >> 1] ?? Number.NaN, last: warm.at(-1) ?? Number.NaN };
    return { deployment, warmAfterMs, stillCold, settling, steady, incident, recovery };
  } finally {
    run.end();
  }
}
