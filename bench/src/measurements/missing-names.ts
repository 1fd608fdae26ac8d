import { findSubject } from '../subjects.js';

/** The effect of reads of names that do not exist. */
export interface MissingNames {
  /** Calls to the backend for 1,000 sequential reads of one missing name. */
  readonly callsForOne: number;
  /** The number of values, of 100 in the cache, that reads of 10,000 missing names evicted. */
  readonly evicted: number;
}

export async function measure(id: string): Promise<MissingNames> {
  const { open } = await findSubject(id);
  const calls = new Map<string, number>();
  const { read } = open(
    async (name) => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return name.startsWith('existing') ? 'value' : undefined;
    },
    { maxEntries: 1_000 },
  );
  for (let i = 0; i < 1_000; i += 1) await read('missing');
  const existing = Array.from({ length: 100 }, (_, at) => `existing-${at}`);
  for (const name of existing) await read(name);
  for (let i = 0; i < 10_000; i += 1) await read(`missing-${i}`);
  for (const name of existing) await read(name);
  return {
    callsForOne: calls.get('missing') ?? 0,
    evicted: existing.filter((name) => (calls.get(name) ?? 0) > 1).length,
  };
}
