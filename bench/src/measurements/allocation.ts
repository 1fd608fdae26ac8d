import { allocatedBytes } from '../measure/allocated-bytes.js';
import { microtaskTurns } from '../measure/microtask-turns.js';
import type { Workload } from '../measure/ratio.js';
import { findSubject } from '../subjects.js';

/** The cost of a cache hit, minus that of awaiting a resolved promise. */
export interface Allocation {
  readonly bytes: number;
  readonly microtaskTurns: number;
}

const name = 'token';
const resolved = Promise.resolve('value');
let seen: unknown; // so that V8 does not remove the reads

const baseline: Workload = async (iterations) => {
  for (let i = 0; i < iterations; i += 1) seen = await resolved;
};

/** Must run with `allocationFlags`. */
export async function measure(subject: string): Promise<Allocation> {
  const { open } = await findSubject(subject);
  const { read } = open(async () => 'value', { maxEntries: 1_000 });
  await read(name);
  const hit: Workload = async (iterations) => {
    for (let i = 0; i < iterations; i += 1) seen = await read(name);
  };
  const bytes = (await allocatedBytes(hit, 3_000)) - (await allocatedBytes(baseline, 3_000));
  const turns = (await microtaskTurns(() => read(name))) - (await microtaskTurns(() => resolved));
  if (seen === undefined) throw new Error('the workload did not run.');
  return { bytes, microtaskTurns: turns };
}
