import { setTimeout as sleep } from 'node:timers/promises';
import { findSubject } from '../subjects.js';

/** What readers of a name make of a source that fails. */
export interface Failing {
  readonly calls: number;
  /** Readers that were told of the failure. */
  readonly rejected: number;
  /** Readers that were told something else, such as that there is no such value. */
  readonly misled: number;
  /** Rejections that nobody handled: they end a process of Node. */
  readonly unhandled: number;
  /** Until the last reader knew, in milliseconds. */
  readonly wallMs: number;
}

const readers = 100;
const upstreamMs = 50;

export async function measure(id: string): Promise<Failing> {
  let unhandled = 0;
  process.on('unhandledRejection', () => {
    unhandled += 1;
  });
  const { open } = await findSubject(id);
  let calls = 0;
  const { read } = open(
    async () => {
      calls += 1;
      await sleep(upstreamMs);
      throw new Error('the source is down');
    },
    { maxEntries: 1_000 },
  );
  const startedAt = performance.now();
  const results = await Promise.allSettled(Array.from({ length: readers }, () => read('name')));
  const wallMs = performance.now() - startedAt;
  await sleep(50); // for rejections that come late
  const rejected = results.filter(({ status }) => status === 'rejected').length;
  return { calls, rejected, misled: readers - rejected, unhandled, wallMs };
}
