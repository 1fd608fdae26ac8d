// What a cached read costs, in proportion to what nobody can do without: awaiting a promise that is resolved.
import { compose, createSecrets } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import { type Contestant, type Ratio, ratio } from './paired.js';

const scope = { account: 'acct_1' };
const ref = { name: 'token', scope };
const store = memorySecrets({
  initial: [
    ['token', 'value'],
    [ref, 'of a tenant'],
  ],
});

const provider = { name: 'store', get: store.get }; // without a peek of its own
const stack = createSecrets(compose(cache({ ttlMs: 2 ** 31 - 1 }), retry(), timeout())(provider));
const alone = createSecrets(cache({ ttlMs: 2 ** 31 - 1 })(provider));
const tenant = stack.scoped(scope);
for (const client of [stack, alone, tenant]) await client.require('token');
await stack.require(ref);

const resolved = Promise.resolve('value');
const map = new Map([['token', { value: 'value', until: Date.now() + 1e9 }]]);
let seen: unknown; // so that nothing is optimised away

const floor: Contestant = async (times) => {
  for (let i = 0; i < times; i += 1) seen = await resolved;
};
const hit: Contestant = async (times) => {
  for (let i = 0; i < times; i += 1) seen = await stack.get('token');
};
const hitAlone: Contestant = async (times) => {
  for (let i = 0; i < times; i += 1) seen = await alone.get('token');
};
const scoped: Contestant = async (times) => {
  for (let i = 0; i < times; i += 1) seen = await tenant.get('token');
};
const mapWithClock: Contestant = async (times) => {
  for (let i = 0; i < times; i += 1) {
    const entry = map.get('token');
    if (entry && Date.now() < entry.until) seen = entry.value;
  }
};
const peek: Contestant = async (times) => {
  for (let i = 0; i < times; i += 1) seen = stack.peek('token');
};
const byHand: Contestant = async (times) => {
  for (let i = 0; i < times; i += 1) {
    const entry = map.get('token');
    seen = await (entry && Date.now() < entry.until ? resolved : undefined);
  }
};

interface Line {
  readonly what: string;
  readonly than: string;
  readonly ratio: Ratio;
  readonly atMost?: number;
}

const lines: Line[] = [
  {
    what: 'a hit by hand: Map.get, Date.now(), a kept promise',
    than: 'the floor',
    ratio: await ratio(byHand, floor),
  },
  {
    what: 'a hit through client, cache, retry and timeout',
    than: 'the floor',
    ratio: await ratio(hit, floor),
    atMost: 2.6,
  },
  { what: 'the same', than: 'a hit of the cache alone', ratio: await ratio(hit, hitAlone), atMost: 1.05 },
  { what: 'a hit within a scope', than: 'one without', ratio: await ratio(scoped, hit), atMost: 1.5 },
  { what: 'peek', than: 'Map.get and Date.now()', ratio: await ratio(peek, mapWithClock), atMost: 1.5 },
];

console.log(
  'The floor is awaiting a promise that is resolved. Each line is the median of 200 pairs of slices.\n',
);
for (const {
  what,
  than,
  ratio: { median, quartiles },
  atMost,
} of lines) {
  const [low, high] = quartiles;
  const gate = atMost === undefined ? '' : `  at most ${atMost}`;
  console.log(
    `  ${what.padEnd(52)} ${median.toFixed(2).padStart(5)} × ${than.padEnd(26)} (${low.toFixed(2)} … ${high.toFixed(2)})${gate}`,
  );
}
if (seen === undefined) throw new Error('nothing was measured');
