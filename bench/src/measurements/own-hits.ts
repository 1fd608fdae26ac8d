import { createSecrets, type Secret } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';
import { recommended } from '@secretkit/middleware/recommended';
import { type Contestant, type Ratio, ratio } from '../measure/paired.js';

/** What other reads from memory cost, each in proportion to something that it should not cost much more than. */
export interface OwnHits {
  readonly byHand: Ratio;
  readonly scoped: Ratio;
  readonly peek: Ratio;
  readonly batchOfTen: Ratio;
}

const name = 'token';
const scope = { account: 'acct_1' };
const names = Array.from({ length: 10 }, (_, at) => `name-${at}`);
const byKey = Object.fromEntries(names.map((each) => [each, each]));
const resolved = Promise.resolve('value');
let seen: unknown; // so that nothing is optimised away

const floor: Contestant = async (times) => {
  for (let i = 0; i < times; i += 1) seen = await resolved;
};

export async function measure(which: keyof OwnHits): Promise<Ratio> {
  const { get } = memorySecrets({
    initial: [
      [name, 'value'],
      [{ name, scope }, 'of a tenant'],
      ...names.map((each) => [each, 'value'] as const),
    ],
  });
  const client = createSecrets(recommended()({ name: 'store', get })); // without a peek of its own
  const tenant = client.scoped(scope);
  await Promise.all([client.require(name), tenant.require(name), client.getMany(byKey)]);
  const map = new Map([[name, { value: resolved, until: Date.now() + 1e9 }]]);

  const hit: Contestant = async (times) => {
    for (let i = 0; i < times; i += 1) seen = await client.get(name);
  };
  const pairs: Readonly<Record<keyof OwnHits, readonly [Contestant, Contestant]>> = {
    byHand: [
      async (times) => {
        for (let i = 0; i < times; i += 1) {
          const entry = map.get(name);
          seen = await (entry && Date.now() < entry.until ? entry.value : undefined);
        }
      },
      floor,
    ],
    scoped: [
      async (times) => {
        for (let i = 0; i < times; i += 1) seen = await tenant.get(name);
      },
      hit,
    ],
    peek: [
      async (times) => {
        for (let i = 0; i < times; i += 1) seen = client.peek(name);
      },
      async (times) => {
        for (let i = 0; i < times; i += 1) {
          const entry = map.get(name);
          if (entry && Date.now() < entry.until) seen = entry.value;
        }
      },
    ],
    batchOfTen: [
      async (times) => {
        for (let i = 0; i < times; i += 1) seen = await client.getMany(byKey);
      },
      async (times) => {
        for (let i = 0; i < times; i += 1) {
          const all: (Secret | undefined)[] = [];
          for (const each of names) all.push(await client.get(each));
          seen = all;
        }
      },
    ],
  };
  const measured = await ratio(...pairs[which]);
  if (seen === undefined) throw new Error('nothing was measured');
  return measured;
}
