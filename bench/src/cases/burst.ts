import { type Case, type Gate, median } from '../case.js';
import { inChild } from '../in-child.js';
import type { Burst, Cost } from '../measurements/burst.js';
import type { FailingLoad } from '../measurements/failing-load.js';
import type { MissingNames } from '../measurements/missing-names.js';
import { peerIds } from '../subjects.js';

const maxReaders = 10_000;

export const burst: Case = {
  name: 'burst',
  description: 'concurrent reads of a name that is not cached, whose load fails, or that does not exist',

  async run(gatesOnly) {
    const gates: Gate[] = [];
    const uncached: (string | number)[][] = [];
    const failing: (string | number)[][] = [];
    const missing: (string | number)[][] = [];
    for (const id of ['secretkit', ...(gatesOnly ? [] : await peerIds())]) {
      for (const readers of gatesOnly || id !== 'secretkit'
        ? [maxReaders]
        : [1, 10, 100, 1_000, maxReaders]) {
        const bursts = await inChild<readonly Burst[]>('burst', { subject: id, readers });
        const calls = Math.max(...bursts.map((each) => each.calls));
        const [added, cpu] = [timesOf(bursts, 'addedMs'), timesOf(bursts, 'cpuMs')];
        uncached.push([
          id,
          readers,
          calls,
          added.ms.toFixed(1),
          cpu.ms.toFixed(1),
          added.timesMap.toFixed(1),
          cpu.timesMap.toFixed(1),
        ]);
        if (id !== 'secretkit' || readers !== maxReaders) continue;
        gates.push(
          { metric: 'calls for 10,000 concurrent reads', measured: calls, atMost: 1, noisy: false },
          {
            metric: 'latency added to 10,000 concurrent reads, × Map of promises',
            measured: added.timesMap,
            atMost: 6,
            noisy: true,
          },
          {
            metric: 'CPU time of 10,000 concurrent reads, × Map of promises',
            measured: cpu.timesMap,
            atMost: 14,
            target: 10,
            reason:
              'Each reader has its own promise at each of the two guards around a stack, because each answer is checked and each caller can abort alone: 1.5 to 2 µs per reader.',
            noisy: true,
          },
        );
      }
      const { calls, rejected, resolved, unhandled, wallMs } = await inChild<FailingLoad>('failing-load', id);
      failing.push([id, calls, rejected, resolved, unhandled, Math.round(wallMs)]);
      const { callsForOne, evicted } = await inChild<MissingNames>('missing-names', id);
      missing.push([id, callsForOne, evicted]);
      if (id !== 'secretkit') continue;
      gates.push(
        {
          metric: 'calls for 100 concurrent reads while the backend fails',
          measured: calls,
          atMost: 1,
          noisy: false,
        },
        {
          metric: 'unhandled rejections while the backend fails',
          measured: unhandled,
          atMost: 0,
          noisy: false,
        },
        { metric: 'values evicted by missing names', measured: evicted, atMost: 0, noisy: false },
      );
    }
    return {
      tables: [
        {
          title: 'Concurrent reads of an uncached secret (backend latency 50 ms)',
          columns: [
            'library',
            'readers',
            'calls',
            'added latency (ms)',
            'CPU time (ms)',
            'added latency, × Map of promises',
            'CPU time, × Map of promises',
          ],
          rows: uncached,
        },
        {
          title: '100 concurrent reads while the backend fails',
          columns: ['library', 'calls', 'rejected', 'resolved', 'unhandled rejections', 'ms'],
          rows: failing,
        },
        {
          title: 'Reads of missing names',
          columns: [
            'library',
            'calls for 1,000 reads of one missing name',
            'values of 100 evicted by 10,000 missing names',
          ],
          rows: missing,
        },
      ],
      gates,
    };
  },
};

/** The medians of the cost, and of its ratio to that of the burst beside it. */
function timesOf(bursts: readonly Burst[], which: keyof Cost): { ms: number; timesMap: number } {
  return {
    ms: median(bursts.map(({ cost }) => cost[which])),
    timesMap: median(bursts.map(({ cost, mapCost }) => cost[which] / mapCost[which])),
  };
}
