import { setTimeout as sleep } from 'node:timers/promises';
import { findSubject } from '../subjects.js';

export interface BurstArgument {
  readonly subject: string;
  /** The number of concurrent reads of one name that is not cached. */
  readonly readers: number;
}

/** The cost of a burst of concurrent reads. */
export interface Burst {
  /** Calls to the backend. */
  readonly calls: number;
  /** The time from the first answer of the backend to the answer of the last reader, in milliseconds. */
  readonly addedMs: number;
  /** CPU time in milliseconds. */
  readonly cpuMs: number;
}

const backendMs = 50;
const warmUps = 15; // until V8 has optimised it

export async function measure({ subject: id, readers }: BurstArgument): Promise<readonly Burst[]> {
  const subject = await findSubject(id);
  const bursts: Burst[] = [];
  for (let round = 0; round < warmUps + 9; round += 1) {
    let calls = 0;
    let firstAnswerAt: number | undefined;
    const load = async (name: string): Promise<string> => {
      calls += 1;
      await sleep(backendMs);
      firstAnswerAt ??= performance.now();
      return `value of ${name}`;
    };
    const { read, valueOf, close } = subject.open(load, { maxEntries: 1_000 });
    const before = process.cpuUsage();
    const answers = await Promise.all(Array.from({ length: readers }, () => read(`name-${round}`)));
    const { user, system } = process.cpuUsage(before);
    const addedMs = performance.now() - (firstAnswerAt ?? Number.NaN);
    if (!answers.every((answer) => valueOf(answer) === `value of name-${round}`)) {
      throw new Error(`${subject.name}: a read returned a wrong value.`);
    }
    bursts.push({ calls, addedMs, cpuMs: (user + system) / 1_000 });
    await close?.();
  }
  return bursts.slice(warmUps);
}
