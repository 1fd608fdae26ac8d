import { availableParallelism } from 'node:os';
import type { Outcome, Scenario } from '../../fleet/scenario.js';
import { scenarios } from '../../fleet/scenarios.js';
import type { Case, Gate } from '../case.js';
import { inChild } from '../in-child.js';

const gatedProcesses = 1_000;

export const fleet: Case = {
  name: 'fleet',
  description:
    'up to 10,000 processes with ten secrets of one scope, in virtual time: the real middleware, a store with a rate limit',

  async run(gatesOnly) {
    const rows: (string | number)[][] = [];
    const gates: Gate[] = [];
    const all = scenarios(gatesOnly ? [gatedProcesses] : [1, 100, 1_000, 10_000]);
    const chosen = gatesOnly ? all.slice(0, 1) : all;
    const outcomes = await outcomesOf(chosen);
    for (const { processes, name } of chosen) {
      const outcome = outcomes.get(`${processes} ${name}`);
      if (!outcome) throw new Error(`no result for ${processes} processes, scenario ${name}.`);
      const { deployment, steady, incident, recovery, warmAfterMs, stillCold } = outcome;
      rows.push([
        processes,
        name,
        `${deployment.peakPerSecond} / ${deployment.meanPerSecond.toFixed(1)}`,
        deployment.throttled,
        stillCold > 0 ? `${stillCold} cold` : `${(warmAfterMs.last / 1_000).toFixed(0)} s`,
        `${steady.peakPerSecond} / ${steady.meanPerSecond.toFixed(1)}`,
        incident.calls,
        incident.warm.failed,
        incident.cold.failed,
        recovery.peakPerSecond,
      ]);
      if (processes !== gatedProcesses || gates.length > 0) continue;
      gates.push(
        {
          metric: 'failed reads of 1,000 processes in an outage',
          measured: incident.warm.failed,
          atMost: 0,
          noisy: false,
        },
        {
          metric: 'requests of 1,000 processes in an outage',
          measured: incident.calls,
          atMost: 5_000,
          noisy: false,
        },
        {
          metric: 'peak requests/s of 1,000 processes after an outage',
          measured: recovery.peakPerSecond,
          atMost: 24,
          noisy: false,
        },
        {
          metric: 'peak requests/s of 1,000 processes in the steady phase',
          measured: steady.peakPerSecond,
          atMost: 24,
          noisy: false,
        },
      );
    }
    return {
      tables: [
        {
          title: 'Fleet',
          columns: [
            'processes',
            'scenario',
            'deployment: requests/s, peak / mean',
            'deployment: 429s',
            'all warm after',
            'steady: requests/s, peak / mean',
            'incident: requests',
            'incident: failed warm reads',
            'incident: failed cold reads',
            'recovery: requests/s, peak',
          ],
          rows,
        },
      ],
      gates,
    };
  },
};

/** Runs one simulation per core; virtual time does not depend on the load. The largest start first, as they take longest. */
async function outcomesOf(chosen: readonly Scenario[]): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const waiting = [...chosen];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { processes, name } = next;
      console.error(`  ${processes} processes, ${name} …`);
      outcomes.set(`${processes} ${name}`, await inChild('fleet', { processes, variant: name }));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return outcomes;
}
