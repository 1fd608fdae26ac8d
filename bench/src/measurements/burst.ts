import { setTimeout as sleep } from 'node:timers/promises';
import { findSubject } from '../subjects.js';

export interface BurstArgument {
  readonly subject: string;
  /** How many read one name at once that nobody has read before. */
  readonly readers: number;
}

/** What a burst of readers costs. */
export interface Burst {
  /** To the source. */
  readonly calls: number;
  /** From the first answer of the source to that of the last reader, in milliseconds. */
  readonly overMs: number;
  /** The time of the processor, in milliseconds. */
  readonly cpuMs: number;
}

const upstreamMs = 50;
const warmUps = 15; // until it is compiled

export async function measure({ subject: id, readers }: BurstArgument): Promise<readonly Burst[]> {
  const subject = await findSubject(id);
  const bursts: Burst[] = [];
  for (let round = 0; round < warmUps + 9; round += 1) {
    let calls = 0;
    let firstAnswerAt: number | undefined;
    const load = async (name: string): Promise<string> => {
      calls += 1;
      await sleep(upstreamMs);
      firstAnswerAt ??= performance.now();
      return `value of ${name}`;
    };
    const { read, valueOf, close } = subject.open(load, { maxEntries: 1_000 });
    const before = process.cpuUsage();
    const answers = await Promise.all(Array.from({ length: readers }, () => read(`name-${round}`)));
    const { user, system } = process.cpuUsage(before);
    const overMs = performance.now() - (firstAnswerAt ?? Number.NaN);
    if (!answers.every((answer) => valueOf(answer) === `value of name-${round}`)) {
      throw new Error(`${subject.name} answered something else`);
    }
    bursts.push({ calls, overMs, cpuMs: (user + system) / 1_000 });
    await close?.();
  }
  return bursts.slice(warmUps);
}
