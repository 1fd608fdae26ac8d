import { type Case, type Gate, median } from '../case.js';
import { inChild } from '../in-child.js';
import type { Burst } from '../measurements/burst.js';
import type { Failing } from '../measurements/failing.js';
import type { Missing } from '../measurements/missing.js';
import { peerIds } from '../subjects.js';

const most = 10_000;

export const burst: Case = {
  name: 'burst',
  about: 'many readers at once of a name that is not in memory, that fails, or that does not exist',

  async run(gatesOnly) {
    const gates: Gate[] = [];
    const cold: (string | number)[][] = [];
    const failures: (string | number)[][] = [];
    const storms: (string | number)[][] = [];
    for (const id of ['secretkit', ...(gatesOnly ? [] : await peerIds())]) {
      for (const readers of gatesOnly || id !== 'secretkit' ? [most] : [1, 10, 100, 1_000, most]) {
        const bursts = await inChild<readonly Burst[]>('burst', { subject: id, readers });
        const calls = Math.max(...bursts.map((each) => each.calls));
        const [overMs, cpuMs] = [
          median(bursts.map((each) => each.overMs)),
          median(bursts.map((each) => each.cpuMs)),
        ];
        cold.push([id, readers, calls, overMs.toFixed(1), cpuMs.toFixed(1)]);
        if (id !== 'secretkit' || readers !== most) continue;
        gates.push(
          { what: `calls for ${most} cold readers`, measured: calls, atMost: 1, noisy: false },
          { what: 'the last of them, ms after the backend', measured: overMs, atMost: 3, noisy: true },
          {
            what: 'ms of the processor for all of them',
            measured: cpuMs,
            atMost: 20,
            aim: 10,
            why: 'Each reader has a promise of its own at each of the two guards around a stack, so that what it is given is checked and its abort is its own: 1.5 to 2 µs a reader.',
            noisy: true,
          },
        );
      }
      const failing = await inChild<Failing>('failing', id);
      const { calls, rejected, misled, unhandled, wallMs } = failing;
      failures.push([id, calls, rejected, misled, unhandled, Math.round(wallMs)]);
      const missing = await inChild<Missing>('missing', id);
      storms.push([id, missing.callsForOne, missing.pushedOut]);
      if (id !== 'secretkit') continue;
      gates.push(
        { what: 'calls for 100 readers of a name that fails', measured: calls, atMost: 1, noisy: false },
        { what: 'unhandled rejections of theirs', measured: unhandled, atMost: 0, noisy: false },
        { what: 'values that made-up names push out', measured: missing.pushedOut, atMost: 0, noisy: false },
      );
    }
    return {
      tables: [
        {
          title: 'A cold burst (the backend takes 50 ms)',
          columns: ['', 'readers', 'calls', 'ms over the backend', 'ms of the processor'],
          rows: cold,
        },
        {
          title: '100 readers of a name that fails',
          columns: ['', 'calls', 'told', 'misled', 'unhandled rejections', 'ms'],
          rows: failures,
        },
        {
          title: 'Names that do not exist',
          columns: ['', 'calls for 1,000 reads of one', 'of 100 values, pushed out by 10,000 names'],
          rows: storms,
        },
      ],
      gates,
    };
  },
};
