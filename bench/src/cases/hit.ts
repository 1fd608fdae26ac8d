import type { Case, Gate } from '../case.js';
import { inChild } from '../in-child.js';
import { allocationFlags } from '../measure/allocated-bytes.js';
import { type Ratio, spread } from '../measure/ratio.js';
import type { Allocation } from '../measurements/allocation.js';
import type { Hit, HitArgument } from '../measurements/hit.js';
import type { OwnHits } from '../measurements/own-hits.js';
import { peerIds } from '../subjects.js';

/** A hit must be this many times as fast as that of the peer. */
const requiredSpeed: Readonly<Record<string, number>> = {
  'lru-cache': 1.1,
  powertools: 2.5,
  'keyv-defaults': 15,
  'cacheable-defaults': 40,
};

const plainMap = 'plain Map: Map.get, Date.now(), a cached promise';

const ownHits: Readonly<
  Record<keyof OwnHits, readonly [operation: string, reference: string, atMost?: number]>
> = {
  plainMap: [plainMap, 'baseline'],
  overPlainMap: ['hit', plainMap, 1.3],
  scoped: ['hit in a scope', 'hit without a scope', 1.5],
  peek: ['peek', 'Map.get and Date.now()', 1.5],
  batchOfTen: ['batch of ten', 'ten reads'],
  field: ['hit of a field of a JSON secret', 'hit of a name', 2],
};

export const hit: Case = {
  name: 'hit',
  description: 'the cost of a cache hit; the baseline is awaiting a resolved promise',

  async run(gatesOnly) {
    const measured = (argument: HitArgument): Promise<Hit> => inChild('hit', argument);
    const stack = await measured({ subject: 'secretkit', other: 'secretkit-cache' });
    const allocation = await inChild<Allocation>('allocation', 'secretkit', allocationFlags);
    const gates: Gate[] = [
      {
        metric: 'hit through the recommended stack, × baseline',
        measured: stack.toBaseline.median,
        atMost: 2.6,
        noisy: true,
      },
      {
        metric: 'hit through the recommended stack, × cache alone',
        measured: stack.toOther?.median ?? Number.NaN,
        atMost: 1.05,
        noisy: true,
      },
      {
        metric: 'bytes allocated per hit, minus the baseline',
        measured: Math.round(allocation.bytes),
        atMost: 16,
        noisy: false,
      },
      {
        metric: 'microtask turns per hit, minus the baseline',
        measured: allocation.microtaskTurns,
        atMost: 0,
        noisy: false,
      },
    ];

    const ownRows: (string | number)[][] = [];
    for (const [which, [operation, reference, atMost]] of Object.entries(ownHits)) {
      if (gatesOnly && atMost === undefined) continue;
      const ratio = await inChild<Ratio>('own-hits', which);
      ownRows.push([operation, reference, ratio.median.toFixed(2), spread(ratio)]);
      if (atMost !== undefined)
        gates.push({ metric: `${operation}, × ${reference}`, measured: ratio.median, atMost, noisy: true });
    }
    const explained = await inChild<Ratio>('explain-hits', undefined);
    ownRows.push([
      'hit',
      'hit in a build without explain and health',
      explained.median.toFixed(2),
      spread(explained),
    ]);
    gates.push({
      metric: 'hit, × hit in a build without explain and health',
      measured: explained.median,
      atMost: 1.05,
      noisy: true,
    });
    if (!gatesOnly) {
      const { toBaseline } = await measured({ subject: 'secretkit', inAsyncContext: true });
      ownRows.push([
        'hit inside AsyncLocalStorage.run',
        'baseline',
        toBaseline.median.toFixed(2),
        spread(toBaseline),
      ]);
    }

    const rows: (string | number)[][] = [row(stack, allocation)];
    for (const id of gatesOnly ? Object.keys(requiredSpeed) : await peerIds()) {
      const peer = await measured({ subject: id, other: 'secretkit' });
      if (!gatesOnly) rows.push(row(peer, await inChild<Allocation>('allocation', id, allocationFlags)));
      const atLeast = requiredSpeed[id];
      if (atLeast !== undefined) {
        gates.push({
          metric: `speed of a hit, × ${peer.name}`,
          measured: peer.toOther?.median ?? Number.NaN,
          atLeast,
          reason:
            'Five sixths of a hit are the await, one read of the clock and one Map lookup. The rest is a second lookup by name and the least recently used order.',
          noisy: true,
        });
      }
    }
    return {
      tables: [
        {
          title: 'Cache hit',
          columns: ['library', 'setup', '× baseline', 'quartiles', '× secretkit', 'bytes', 'microtask turns'],
          rows,
        },
        {
          title: 'Other kinds of hits',
          columns: ['operation', 'compared with', 'ratio', 'quartiles'],
          rows: ownRows,
        },
      ],
      gates,
    };
  },
};

function row(
  { name, setup, toBaseline, toOther }: Hit,
  { bytes, microtaskTurns }: Allocation,
): (string | number)[] {
  const ratio = name === 'secretkit' ? '1' : (toOther?.median.toFixed(2) ?? '');
  return [
    name,
    setup,
    toBaseline.median.toFixed(2),
    spread(toBaseline),
    ratio,
    Math.round(bytes),
    microtaskTurns,
  ];
}
