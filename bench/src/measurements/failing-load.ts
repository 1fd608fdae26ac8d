import { setTimeout as sleep } from 'node:timers/promises';
import { findSubject } from '../subjects.js';

/** The results of concurrent reads while the backend fails. */
export interface FailingLoad {
  /** Calls to the backend. */
  readonly calls: number;
  /** Reads that rejected. */
  readonly rejected: number;
  /** Reads that resolved although the backend failed. */
  readonly resolved: number;
  /** Unhandled rejections; by default they end a Node process. */
  readonly unhandled: number;
  /** The time until the last read has settled, in milliseconds. */
  readonly wallMs: number;
}

const readers = 100;
const backendMs = 50;

export async function measure(id: string): Promise<FailingLoad> {
  let unhandled = 0;
  process.on('unhandledRejection', () => {
    unhandled += 1;
  });
  const { open } = await findSubject(id);
  let calls = 0;
  const { read } = open(
    async () => {
      calls += 1;
      await sleep(backendMs);
      throw new Error('the backend is down.');
    },
    { maxEntries: 1_000 },
  );
  const startedAt = performance.now();
  const results = await Promise.allSettled(Array.from({ length: readers }, () => read('name')));
  const wallMs = performance.now() - startedAt;
  await sleep(50); // for late rejections
  const rejected = results.filter(({ status }) => status === 'rejected').length;
  return { calls, rejected, resolved: readers - rejected, unhandled, wallMs };
}
