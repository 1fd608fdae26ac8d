import { createSecrets, type Secret } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';
import { recommended } from '@secretkit/middleware/recommended';
import { type Ratio, ratio, type Workload } from '../measure/ratio.js';

/** The cost of other kinds of cache hits, each divided by that of a comparable operation. */
export interface OwnHits {
  readonly plainMap: Ratio;
  readonly overPlainMap: Ratio;
  readonly scoped: Ratio;
  readonly peek: Ratio;
  readonly batchOfTen: Ratio;
  readonly field: Ratio;
}

const name = 'token';
const scope = { account: 'acct_1' };
const database = 'database';
const names = Array.from({ length: 10 }, (_, at) => `name-${at}`);
const byKey = Object.fromEntries(names.map((each) => [each, each]));
const resolved = Promise.resolve('value');
let seen: unknown; // so that V8 does not remove the reads

const baseline: Workload = async (iterations) => {
  for (let i = 0; i < iterations; i += 1) seen = await resolved;
};

export async function measure(which: keyof OwnHits): Promise<Ratio> {
  const { get } = memorySecrets({
    initial: [
      [name, 'value'],
      [{ name, scope }, 'value of the tenant'],
      ...names.map((each) => [each, 'value'] as const),
      [database, '{"user":"app","password":"value"}'],
    ],
  });
  const client = createSecrets(recommended()({ name: 'store', get })); // without the memory of the store
  const tenant = client.scoped(scope);
  await Promise.all([
    client.require(name),
    tenant.require(name),
    client.getMany(byKey),
    client.get({ name: database, field: 'password' }),
  ]);
  const map = new Map([[name, { value: resolved, expiresAtMs: Date.now() + 1e9 }]]);

  const hit: Workload = async (iterations) => {
    for (let i = 0; i < iterations; i += 1) seen = await client.get(name);
  };
  const ofPlainMap: Workload = async (iterations) => {
    for (let i = 0; i < iterations; i += 1) {
      const entry = map.get(name);
      seen = await (entry && Date.now() < entry.expiresAtMs ? entry.value : undefined);
    }
  };
  const pairs: Readonly<Record<keyof OwnHits, readonly [Workload, Workload]>> = {
    plainMap: [ofPlainMap, baseline],
    overPlainMap: [hit, ofPlainMap],
    scoped: [
      async (iterations) => {
        for (let i = 0; i < iterations; i += 1) seen = await tenant.get(name);
      },
      hit,
    ],
    peek: [
      async (iterations) => {
        for (let i = 0; i < iterations; i += 1) seen = client.peek(name);
      },
      async (iterations) => {
        for (let i = 0; i < iterations; i += 1) {
          const entry = map.get(name);
          if (entry && Date.now() < entry.expiresAtMs) seen = entry.value;
        }
      },
    ],
    field: [
      async (iterations) => {
        for (let i = 0; i < iterations; i += 1)
          seen = await client.get({ name: database, field: 'password' });
      },
      hit,
    ],
    batchOfTen: [
      async (iterations) => {
        for (let i = 0; i < iterations; i += 1) seen = await client.getMany(byKey);
      },
      async (iterations) => {
        for (let i = 0; i < iterations; i += 1) {
          const all: (Secret | undefined)[] = [];
          for (const each of names) all.push(await client.get(each));
          seen = all;
        }
      },
    ],
  };
  const measured = await ratio(...pairs[which]);
  if (seen === undefined) throw new Error('the workload did not run.');
  return measured;
}
