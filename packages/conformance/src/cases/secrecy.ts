import type { ProviderCase, TestContext } from '../case.js';
import { expectNoLeak } from '../leaks/expect-no-leak.js';
import { expectNoLeakDuring } from '../leaks/expect-no-leak-during.js';
import { expectValue } from '../outcome.js';

const name = 'conformance-canary';
const canary = 'CANARY-not-a-real-secret';

export const secrecy: readonly ProviderCase[] = [
  {
    id: 'secrecy/value',
    title: 'the result of a read does not reveal the value when it is printed or serialised',
    why: 'results are logged',
    async run({ secrets, provider, put }) {
      await put({ name }, canary);
      expectNoLeak(canary, await provider.get({ name }, {}));
      expectNoLeak(canary, await secrets.getMany({ name }));
    },
  },
  {
    id: 'secrecy/provider',
    title: 'the provider and the client reveal neither a value that they have read nor the credential',
    why: 'frameworks print the objects that hold them',
    async run(context) {
      const { secrets, provider, put } = context;
      await put({ name }, canary);
      await secrets.get(name);
      expectNoLeak(hidden(context), provider);
      expectNoLeak(hidden(context), secrets);
    },
  },
  {
    id: 'secrecy/output',
    title: 'reads and writes do not print or publish a value',
    why: 'a forgotten debug line reaches the logs of every user',
    async run(context) {
      const { secrets, put } = context;
      await expectNoLeakDuring(canary, async () => {
        await put({ name }, canary);
        await expectValue(() => secrets.get(name), canary);
        if (secrets.can('set')) await secrets.set(name, `${canary}-new`);
        await secrets.get(name);
      });
    },
  },
];

function hidden({ credential }: TestContext): string[] {
  return credential === undefined ? [canary] : [canary, credential];
}
