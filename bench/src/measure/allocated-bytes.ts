import type { Contestant } from './paired.js';

/** A young generation of 64 MB. */
export const allocationFlags: readonly string[] = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

const rounds = 15;

/**
 * How many bytes each time allocates. The process must run with `--expose-gc` and a young generation that holds a whole
 * round, or what has been collected meanwhile is not counted: see `allocationFlags`.
 */
export async function bytesEach(contestant: Contestant, times: number): Promise<number> {
  const { gc } = globalThis;
  if (!gc) throw new Error('bytes are counted with --expose-gc');
  for (let i = 0; i < 20; i += 1) await contestant(2_000); // until it is compiled
  let least = Number.POSITIVE_INFINITY; // the compiler and the like allocate now and then, too
  for (let round = 0; round < rounds; round += 1) {
    gc();
    const before = process.memoryUsage().heapUsed;
    await contestant(times);
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  return least / times;
}
