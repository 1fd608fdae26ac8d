import { setTimeout as sleep } from 'node:timers/promises';
import { isAuthFailure } from '@secretkit/core/provider';

/** What a load has counted. */
export interface Counts {
  queries: number;
  failed: number;
  /** Failures that are a refused login. */
  refused: number;
  slowestMs: number;
  /** From the first failed query to the next one that worked, at most. */
  recoveredMs: number;
}

/** Calls `query` from many workers, each again and again, until the signal fires and the calls have ended. */
export async function runLoad(
  query: () => Promise<unknown>,
  { workers, thinkMs, signal }: { workers: number; thinkMs: number; signal: AbortSignal },
): Promise<Counts> {
  const counts: Counts = { queries: 0, failed: 0, refused: 0, slowestMs: 0, recoveredMs: 0 };
  let failingSince: number | undefined;
  async function work(at: number): Promise<void> {
    await sleep((thinkMs * at) / workers); // they are spread
    while (!signal.aborted) {
      const startedAt = performance.now();
      counts.queries += 1;
      try {
        await query();
        if (failingSince !== undefined)
          counts.recoveredMs = Math.max(counts.recoveredMs, performance.now() - failingSince);
        failingSince = undefined;
      } catch (failure) {
        failingSince ??= startedAt;
        counts.failed += 1;
        if (isAuthFailure(failure)) counts.refused += 1;
      }
      counts.slowestMs = Math.max(counts.slowestMs, performance.now() - startedAt);
      await sleep(thinkMs);
    }
  }
  await Promise.all(Array.from({ length: workers }, (_, at) => work(at)));
  return counts;
}
