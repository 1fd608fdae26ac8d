import { findSubject } from '../subjects.js';

/** What a storm of reads of names that do not exist does. */
export interface Missing {
  /** Calls to the source for a thousand reads of one missing name, one after another. */
  readonly callsForOne: number;
  /** Of a hundred values in memory, those that ten thousand made-up names pushed out. */
  readonly pushedOut: number;
}

export async function measure(id: string): Promise<Missing> {
  const { open } = await findSubject(id);
  const calls = new Map<string, number>();
  const { read } = open(
    async (name) => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return name.startsWith('good') ? 'value' : undefined;
    },
    { maxEntries: 1_000 },
  );
  for (let i = 0; i < 1_000; i += 1) await read('missing');
  const good = Array.from({ length: 100 }, (_, at) => `good-${at}`);
  for (const name of good) await read(name);
  for (let i = 0; i < 10_000; i += 1) await read(`made-up-${i}`);
  for (const name of good) await read(name);
  return {
    callsForOne: calls.get('missing') ?? 0,
    pushedOut: good.filter((name) => (calls.get(name) ?? 0) > 1).length,
  };
}
