import { findSubject } from '../subjects.js';

const entries = 100_000;

/** Returns the bytes of memory per cached entry, without its name and its value. */
export async function measure(id: string): Promise<number> {
  const { gc } = globalThis;
  if (!gc) throw new Error('memory: global gc is missing. Start Node with --expose-gc.');
  const { open } = await findSubject(id);
  const values = new Map(Array.from({ length: entries }, (_, at) => [`name-${at}`, `value-${at}`]));
  const { read } = open((name) => Promise.resolve(values.get(name)), { maxEntries: entries });
  await read('name-0');
  gc();
  const before = process.memoryUsage().heapUsed;
  for (const name of values.keys()) await read(name);
  gc();
  const after = process.memoryUsage().heapUsed;
  await read('name-1'); // keeps the cache reachable until here
  return (after - before) / entries;
}
