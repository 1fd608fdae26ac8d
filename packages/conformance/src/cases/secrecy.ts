import type { Bench, ProviderCase } from '../case.js';
import { expectNoLeak } from '../leaks/expect-no-leak.js';
import { expectNoLeakDuring } from '../leaks/expect-no-leak-during.js';
import { expectValue } from '../outcome.js';

const name = 'conformance-canary';
const canary = 'CANARY-not-a-real-secret';

export const secrecy: readonly ProviderCase[] = [
  {
    id: 'secrecy/value',
    title: 'a value that was read shows nothing of itself',
    why: 'it will be logged',
    async run({ secrets, provider, put }) {
      await put({ name }, canary);
      expectNoLeak(canary, await provider.get({ name }, {}));
      expectNoLeak(canary, await secrets.getMany({ name }));
    },
  },
  {
    id: 'secrecy/provider',
    title: 'provider and client show neither a value that they have read nor what they prove themselves with',
    why: 'they hang on the objects that frameworks print',
    async run(bench) {
      const { secrets, provider, put } = bench;
      await put({ name }, canary);
      await secrets.get(name);
      expectNoLeak(hidden(bench), provider);
      expectNoLeak(hidden(bench), secrets);
    },
  },
  {
    id: 'secrecy/output',
    title: 'reading and writing print and publish nothing of a value',
    why: 'a line that was left from debugging reaches the logs of every user',
    async run(bench) {
      const { secrets, put } = bench;
      await expectNoLeakDuring(canary, async () => {
        await put({ name }, canary);
        await expectValue(() => secrets.get(name), canary);
        if (secrets.can('set')) await secrets.set(name, `${canary}-new`);
        await secrets.get(name);
      });
    },
  },
];

function hidden({ credential }: Bench): string[] {
  return credential === undefined ? [canary] : [canary, credential];
}
