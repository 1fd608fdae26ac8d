import { setTimeout as sleep } from 'node:timers/promises';
import { type Load, type OpenCache, stringOf } from '../subject.js';
import { findSubject } from '../subjects.js';

export interface BurstArgument {
  readonly subject: string;
  /** The number of concurrent reads of one name that is not cached. */
  readonly readers: number;
}

/** The cost of a burst of concurrent reads, and that of the same burst of a `Map` of promises right after it. */
export interface Burst {
  /** Calls to the backend. */
  readonly calls: number;
  readonly cost: Cost;
  readonly mapCost: Cost;
}

export interface Cost {
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
    const { answers, calls, cost } = await burstOf(readers, `name-${round}`, (load) =>
      subject.open(load, { maxEntries: 1_000 }),
    );
    if (!answers.every((answer) => answer === `value of name-${round}`)) {
      throw new Error(`${subject.name}: a read returned a wrong value.`);
    }
    const { cost: mapCost } = await burstOf(readers, `name-${round}`, mapOfPromises);
    bursts.push({ calls, cost, mapCost });
  }
  return bursts.slice(warmUps);
}

async function burstOf(readers: number, name: string, open: (load: Load) => OpenCache) {
  let calls = 0;
  let firstAnswerAt: number | undefined;
  const { read, valueOf, close } = open(async () => {
    calls += 1;
    await sleep(backendMs);
    firstAnswerAt ??= performance.now();
    return `value of ${name}`;
  });
  const before = process.cpuUsage();
  const answers = await Promise.all(Array.from({ length: readers }, () => read(name)));
  const { user, system } = process.cpuUsage(before);
  const addedMs = performance.now() - (firstAnswerAt ?? Number.NaN);
  await close?.();
  return { answers: answers.map(valueOf), calls, cost: { addedMs, cpuMs: (user + system) / 1_000 } };
}

/** The least that shares one call: what an application writes by hand. */
function mapOfPromises(load: Load): OpenCache {
  const promises = new Map<string, Promise<unknown>>();
  return {
    async read(name) {
      let promise = promises.get(name);
      if (!promise) promises.set(name, (promise = load(name)));
      return promise;
    },
    valueOf: stringOf,
  };
}
