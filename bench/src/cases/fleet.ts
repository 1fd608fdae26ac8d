import { availableParallelism } from 'node:os';
import type { Outcome, Scenario } from '../../fleet/scenario.js';
import { scenarios } from '../../fleet/scenarios.js';
import type { Case, Gate } from '../case.js';
import { inChild } from '../in-child.js';

const gatedProcesses = 1_000;

export const fleet: Case = {
  name: 'fleet',
  about:
    'processes with ten secrets of one scope each, in virtual time: the real middleware, a store with a limit',

  async run(gatesOnly) {
    const rows: (string | number)[][] = [];
    const gates: Gate[] = [];
    const all = scenarios(gatesOnly ? [gatedProcesses] : [1, 100, 1_000, 10_000]);
    const chosen = gatesOnly ? all.slice(0, 1) : all;
    const outcomes = await outcomesOf(chosen);
    for (const { processes, name } of chosen) {
      const outcome = outcomes.get(`${processes} ${name}`);
      if (!outcome) throw new Error(`${name} of ${processes} came to nothing`);
      const { deployment, steady, trouble, recovery, warmAfterMs, stillCold } = outcome;
      rows.push([
        processes,
        name,
        `${deployment.peakPerSecond} / ${deployment.meanPerSecond.toFixed(1)}`,
        deployment.refused,
        stillCold > 0 ? `${stillCold} cold` : `${(warmAfterMs.last / 1_000).toFixed(0)} s`,
        `${steady.peakPerSecond} / ${steady.meanPerSecond.toFixed(1)}`,
        trouble.calls,
        trouble.warm.failed,
        trouble.cold.failed,
        recovery.peakPerSecond,
      ]);
      if (processes !== gatedProcesses || gates.length > 0) continue;
      gates.push(
        {
          what: 'failed reads of 1,000 processes in the outage',
          measured: trouble.warm.failed,
          atMost: 0,
          noisy: false,
        },
        { what: 'their calls in it', measured: trouble.calls, atMost: 5_000, noisy: false },
        {
          what: 'the peak of the recovery, a second',
          measured: recovery.peakPerSecond,
          atMost: 24,
          noisy: false,
        },
        {
          what: 'the peak when nothing happens, a second',
          measured: steady.peakPerSecond,
          atMost: 24,
          noisy: false,
        },
      );
    }
    return {
      tables: [
        {
          title: 'Fleets',
          columns: [
            ...['processes', 'scenario', 'deployment: peak / mean a second', '429s', 'all warm after'],
            ...['steady: peak / mean', 'calls in trouble', 'failed reads, warm', 'cold', 'peak of recovery'],
          ],
          rows,
        },
      ],
      gates,
    };
  },
};

/** Several at a time: virtual time does not mind. The largest take longest, and begin. */
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
