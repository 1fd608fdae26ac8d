import { AsyncLocalStorage } from 'node:async_hooks';
import { checkSubject } from '../check-subject.js';
import { type Contestant, type Ratio, ratio } from '../measure/paired.js';
import { findSubject } from '../subjects.js';

export interface HitArgument {
  readonly subject: string;
  /** To be compared with, besides the floor. */
  readonly than?: string;
  /** Does the application have an `AsyncLocalStorage` at work? */
  readonly inAsyncContext?: boolean;
}

/** What a read from memory costs. */
export interface Hit {
  readonly name: string;
  readonly how: string;
  readonly floor: Ratio;
  readonly than: Ratio | undefined;
}

const name = 'token';
const resolved = Promise.resolve('value');
let seen: unknown; // so that nothing is optimised away

/** Awaiting a promise that is resolved: what nobody can do without. */
const floor: Contestant = async (times) => {
  for (let i = 0; i < times; i += 1) seen = await resolved;
};

export async function measure({ subject: id, than, inAsyncContext = false }: HitArgument): Promise<Hit> {
  const subject = await findSubject(id);
  await checkSubject(subject);
  const load = async (): Promise<string> => 'value';
  const cache = subject.open(load, { maxEntries: 1_000 });
  await cache.read(name);
  const hit: Contestant = async (times) => {
    for (let i = 0; i < times; i += 1) seen = await cache.read(name);
  };

  async function compared(): Promise<Ratio | undefined> {
    if (than === undefined) return undefined;
    const other = await findSubject(than);
    await checkSubject(other);
    const otherCache = other.open(load, { maxEntries: 1_000 });
    await otherCache.read(name);
    return ratio(hit, async (times) => {
      for (let i = 0; i < times; i += 1) seen = await otherCache.read(name);
    });
  }

  async function all(): Promise<Hit> {
    const overFloor = await ratio(hit, floor); // first, before the other has left its traces
    const overOther = await compared();
    if (seen === undefined) throw new Error('nothing was measured');
    return { name: subject.name, how: subject.how, floor: overFloor, than: overOther };
  }

  return inAsyncContext ? new AsyncLocalStorage().run({ request: 1 }, all) : all();
}
