import type { Case, Gate } from '../case.js';
import { inChild } from '../in-child.js';
import { allocationFlags } from '../measure/bytes.js';
import type { Ratio } from '../measure/paired.js';
import type { Allocation } from '../measurements/allocation.js';
import type { Hit, HitArgument } from '../measurements/hit.js';
import type { OwnHits } from '../measurements/own-hits.js';
import { peerIds } from '../subjects.js';

/** How many times as fast as each of these a hit must be. */
const fasterThan: Readonly<Record<string, number>> = {
  'lru-cache': 1.1,
  powertools: 2.5,
  'keyv-defaults': 15,
  'cacheable-defaults': 40,
};

const ownHits: Readonly<Record<keyof OwnHits, readonly [what: string, than: string, atMost?: number]>> = {
  byHand: ['a hit by hand: Map.get, Date.now(), a kept promise', 'the floor'],
  scoped: ['a hit within a scope', 'one without', 1.5],
  peek: ['peek', 'Map.get and Date.now()', 1.5],
  batchOfTen: ['a batch of ten', 'ten reads'],
};

export const hit: Case = {
  name: 'hit',
  about: 'what a read from memory costs, awaited; the floor is awaiting a promise that is resolved',

  async run(gatesOnly) {
    const measured = (argument: HitArgument): Promise<Hit> => inChild('hit', argument);
    const stack = await measured({ subject: 'secretkit', than: 'secretkit-cache' });
    const allocation = await inChild<Allocation>('allocation', 'secretkit', allocationFlags);
    const gates: Gate[] = [
      {
        what: 'a hit through the whole stack, × the floor',
        measured: stack.floor.median,
        atMost: 2.6,
        noisy: true,
      },
      {
        what: 'the same, × the cache alone',
        measured: stack.than?.median ?? Number.NaN,
        atMost: 1.05,
        noisy: true,
      },
      {
        what: 'bytes of a hit over the await',
        measured: Math.round(allocation.bytes),
        atMost: 16,
        noisy: false,
      },
      {
        what: 'turns of the microtask queue of a hit over the await',
        measured: allocation.turns,
        atMost: 0,
        noisy: false,
      },
    ];

    const ownRows: (string | number)[][] = [];
    for (const [which, [what, than, atMost]] of Object.entries(ownHits)) {
      if (gatesOnly && atMost === undefined) continue;
      const ratio = await inChild<Ratio>('own-hits', which);
      ownRows.push([what, than, ratio.median.toFixed(2), spread(ratio)]);
      if (atMost !== undefined)
        gates.push({ what: `${what}, × ${than}`, measured: ratio.median, atMost, noisy: true });
    }
    if (!gatesOnly) {
      const { floor } = await measured({ subject: 'secretkit', inAsyncContext: true });
      ownRows.push([
        'a hit, an AsyncLocalStorage at work',
        'the floor',
        floor.median.toFixed(2),
        spread(floor),
      ]);
    }

    const rows: (string | number)[][] = [row(stack, allocation)];
    for (const id of gatesOnly ? Object.keys(fasterThan) : await peerIds()) {
      const peer = await measured({ subject: id, than: 'secretkit' });
      if (!gatesOnly) rows.push(row(peer, await inChild<Allocation>('allocation', id, allocationFlags)));
      const atLeast = fasterThan[id];
      if (atLeast !== undefined) {
        gates.push({
          what: `faster than ${peer.name} by`,
          measured: peer.than?.median ?? Number.NaN,
          atLeast,
          why: 'Of a hit through the client, awaiting, a look at the clock and one into a Map are all but a sixth; the rest is one more look by name, and which value was used last.',
          noisy: true,
        });
      }
    }
    return {
      tables: [
        {
          title: 'A hit, awaited',
          columns: ['', 'set up as', '× the floor', 'quartiles', '× secretkit', 'bytes', 'microtask turns'],
          rows,
        },
        { title: 'Other hits', columns: ['', 'compared with', 'ratio', 'quartiles'], rows: ownRows },
      ],
      gates,
    };
  },
};

function row({ name, how, floor, than }: Hit, { bytes, turns }: Allocation): (string | number)[] {
  const ratio = name === 'secretkit' ? '1' : (than?.median.toFixed(2) ?? '');
  return [name, how, floor.median.toFixed(2), spread(floor), ratio, Math.round(bytes), turns];
}

function spread({ quartiles: [low, high] }: Ratio): string {
  return `${low.toFixed(2)} … ${high.toFixed(2)}`;
}
