import type { Workload } from './ratio.js';

/** Node flags for a young generation of 64 MB. */
export const allocationFlags: readonly string[] = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

const rounds = 15;

/**
 * Returns the bytes that one iteration allocates.
 *
 * The process must run with `--expose-gc` and `allocationFlags`: the young generation must hold a whole round, because a
 * collection during a round would hide allocated bytes.
 */
export async function allocatedBytes(workload: Workload, iterations: number): Promise<number> {
  const { gc } = globalThis;
  if (!gc) throw new Error('allocatedBytes: global gc is missing. Start Node with --expose-gc.');
  for (let i = 0; i < 20; i += 1) await workload(2_000); // until V8 has optimised it
  let least = Number.POSITIVE_INFINITY; // the compiler also allocates in some rounds
  for (let round = 0; round < rounds; round += 1) {
    gc();
    const before = process.memoryUsage().heapUsed;
    await workload(iterations);
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  return least / iterations;
}
