import { bytesEach } from '../measure/bytes.js';
import type { Contestant } from '../measure/paired.js';
import { turnsOf } from '../measure/turns.js';
import { findSubject } from '../subjects.js';

/** What a read from memory allocates and waits for, over awaiting a promise that is resolved. */
export interface Allocation {
  readonly bytes: number;
  /** Turns of the queue of microtasks. */
  readonly turns: number;
}

const name = 'token';
const resolved = Promise.resolve('value');
let seen: unknown; // so that nothing is optimised away

const floor: Contestant = async (times) => {
  for (let i = 0; i < times; i += 1) seen = await resolved;
};

/** To be run with `allocationFlags`. */
export async function measure(subject: string): Promise<Allocation> {
  const { open } = await findSubject(subject);
  const { read } = open(async () => 'value', { maxEntries: 1_000 });
  await read(name);
  const hit: Contestant = async (times) => {
    for (let i = 0; i < times; i += 1) seen = await read(name);
  };
  const bytes = (await bytesEach(hit, 3_000)) - (await bytesEach(floor, 3_000));
  const turns = (await turnsOf(() => read(name))) - (await turnsOf(() => resolved));
  if (seen === undefined) throw new Error('nothing was measured');
  return { bytes, turns };
}
