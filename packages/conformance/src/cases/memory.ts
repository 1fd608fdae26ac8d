import type { CachedSecret, SecretChange } from '@secretkit/core/provider';
import type { ProviderCase, TestContext } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCalls, expectValue } from '../outcome.js';

const name = 'conformance-value';

/** Cases for each part of `memory`. A part that is absent has nothing to prove. */
export const memory: readonly ProviderCase[] = [
  {
    id: 'memory/look',
    title: 'a look into memory makes no call, and never returns a value that get would not return',
    why: 'callers that cannot wait use its result as it is',
    run: (context) => expectFromMemory(context, false, async ({ secret }) => secret),
  },
  {
    id: 'memory/read',
    title:
      'a read from memory has a settled promise, makes no call, and never returns a value that get would not return',
    why: 'it takes the place of a get',
    run: (context) =>
      expectFromMemory(context, true, ({ settled }) => {
        expectThat(typeof settled?.then === 'function', 'a settled promise', typeof settled);
        return Promise.resolve(settled);
      }),
  },
  {
    id: 'memory/invalidate',
    title: 'invalidate removes copies from memory, and changes nothing in the backend',
    why: 'it is called for every suspected change, and must be safe',
    async run({ provider, put, traits: { scopes } }) {
      const [field] = scopes;
      const ref = { name, ...(field && { scope: { [field]: 'acct_one' } }) };
      await put(ref, 'old');
      for (const target of [ref, { scope: ref.scope ?? {} }, undefined]) {
        await expectValue(() => provider.get(ref, {}), 'old');
        provider.memory?.invalidate?.(target);
        await expectValue(() => provider.get(ref, {}), 'old');
      }
      if (!provider.memory?.invalidate) return;
      await put(ref, 'new');
      provider.memory.invalidate(ref);
      await expectValue(() => provider.get(ref, {}), 'new');
    },
  },
  {
    id: 'memory/subscribe',
    title: 'a listener gets only new values that get returns, and none after the end of its subscription',
    why: 'an application reconnects with the value that a listener gets',
    async run({ provider, put }) {
      const changes: SecretChange[] = [];
      const stop = provider.memory?.subscribe?.((change) => {
        if (!('invalidate' in change)) changes.push(change);
      });
      if (!stop) return;
      for (const value of ['old', 'new']) {
        await put({ name }, value);
        await expectValue(() => provider.get({ name }, { fresh: true }), value);
      }
      for (const { ref, secret } of changes) {
        expectThat(ref.name === name, 'the ref of the change', 'another ref');
        await expectValue(async () => secret, 'new');
      }
      expectThat(changes.length <= 1, 'one change', String(changes.length));
      const before = changes.length;
      stop();
      stop(); // a second time changes nothing
      await put({ name }, 'newest');
      await expectValue(() => provider.get({ name }, { fresh: true }), 'newest');
      const after = changes.length - before;
      expectThat(after === 0, 'no change after the end of the subscription', String(after));
    },
  },
];

/** Checks a look (`touch: false`) or a read before the first `get`, after it, and after the expiry. */
async function expectFromMemory(
  { provider, put, now, advance, calls, traits: { expiryResolutionMs: step } }: TestContext,
  touch: boolean,
  valueOf: (cached: CachedSecret) => Promise<unknown>,
): Promise<void> {
  const expiresAt = step === undefined ? undefined : new Date((Math.floor(now() / step) + 2) * step);
  await put({ name }, 'a value', expiresAt);
  const expectValueIfCached = (): Promise<void> =>
    expectCalls(0, calls, async () => {
      const cached = provider.memory?.cached?.({ name })(touch);
      if (cached !== undefined) await expectValue(() => valueOf(cached), 'a value');
    });
  await expectValueIfCached();
  await expectValue(() => provider.get({ name }, {}), 'a value');
  await expectValueIfCached();
  if (step === undefined) return;
  advance(2 * step);
  const late = provider.memory?.cached?.({ name })(touch);
  expectThat(late === undefined, 'undefined after the expiry', 'a value');
}
