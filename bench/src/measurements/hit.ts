import { AsyncLocalStorage } from 'node:async_hooks';
import { checkSubject } from '../check-subject.js';
import { type Ratio, ratio, type Workload } from '../measure/ratio.js';
import { findSubject } from '../subjects.js';

export interface HitArgument {
  readonly subject: string;
  /** A second subject to compare with. */
  readonly other?: string;
  /** Whether the reads run inside an `AsyncLocalStorage`. */
  readonly inAsyncContext?: boolean;
}

/** The cost of a cache hit. */
export interface Hit {
  readonly name: string;
  readonly setup: string;
  /** The cost of a hit divided by that of awaiting a resolved promise. */
  readonly toBaseline: Ratio;
  /** The cost of a hit divided by that of the other subject. */
  readonly toOther: Ratio | undefined;
}

const name = 'token';
const resolved = Promise.resolve('value');
let seen: unknown; // so that V8 does not remove the reads

/** Awaits a resolved promise: the least that a function costs that returns a promise. */
const baseline: Workload = async (iterations) => {
  for (let i = 0; i < iterations; i += 1) seen = await resolved;
};

export async function measure({
  subject: id,
  other: otherId,
  inAsyncContext = false,
}: HitArgument): Promise<Hit> {
  const subject = await findSubject(id);
  await checkSubject(subject);
  const load = async (): Promise<string> => 'value';
  const cache = subject.open(load, { maxEntries: 1_000 });
  await cache.read(name);
  const hit: Workload = async (iterations) => {
    for (let i = 0; i < iterations; i += 1) seen = await cache.read(name);
  };

  async function ratioToOther(): Promise<Ratio | undefined> {
    if (otherId === undefined) return undefined;
    const other = await findSubject(otherId);
    await checkSubject(other);
    const otherCache = other.open(load, { maxEntries: 1_000 });
    await otherCache.read(name);
    return ratio(hit, async (iterations) => {
      for (let i = 0; i < iterations; i += 1) seen = await otherCache.read(name);
    });
  }

  async function all(): Promise<Hit> {
    const toBaseline = await ratio(hit, baseline); // first, before the other subject changes heap and compiled code
    const toOther = await ratioToOther();
    if (seen === undefined) throw new Error('the workload did not run.');
    return { name: subject.name, setup: subject.setup, toBaseline, toOther };
  }

  return inAsyncContext ? new AsyncLocalStorage().run({ request: 1 }, all) : all();
}
