import { findSubject } from '../subjects.js';

const entries = 100_000;

/** How many bytes an entry takes in memory, over its name and its value. */
export async function measure(id: string): Promise<number> {
  const { gc } = globalThis;
  if (!gc) throw new Error('memory is measured with --expose-gc');
  const { open } = await findSubject(id);
  const values = new Map(Array.from({ length: entries }, (_, at) => [`name-${at}`, `value-${at}`]));
  const { read } = open((name) => Promise.resolve(values.get(name)), { maxEntries: entries });
  await read('name-0');
  gc();
  const before = process.memoryUsage().heapUsed;
  for (const name of values.keys()) await read(name);
  gc();
  const after = process.memoryUsage().heapUsed;
  await read('name-1'); // all of it is still in use
  return (after - before) / entries;
}
