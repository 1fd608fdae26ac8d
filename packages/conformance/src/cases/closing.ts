import type { ProviderCase } from '../case.js';
import { expectCalls, expectCode, expectMissing } from '../outcome.js';

export const closing: readonly ProviderCase[] = [
  {
    id: 'closing/twice',
    title: 'closing twice is fine, of the client and of the provider',
    why: 'shutdown code runs twice: on a signal, and on the exit that follows',
    async run({ secrets, provider }) {
      await secrets.close();
      await secrets.close();
      await provider[Symbol.asyncDispose]?.();
      await provider[Symbol.asyncDispose]?.();
    },
  },
  {
    id: 'closing/after-use',
    title: 'after closing, every call is closed, and none reaches the backend',
    why: 'a job that outlives the shutdown should be told, and not find half a client',
    async run({ secrets, put, calls }) {
      await put({ name: 'conformance-value' }, 'value');
      await secrets.get('conformance-value');
      await secrets.close();
      await expectCalls(0, calls, async () => {
        await expectCode(() => secrets.get('conformance-value'), 'closed');
        await expectCode(() => secrets.getMany({ a: 'conformance-value' }), 'closed');
        if (secrets.can('set')) await expectCode(() => secrets.set('conformance-value', 'new'), 'closed');
      });
    },
  },
  {
    id: 'closing/unused',
    title: 'a provider that was never used can be closed',
    why: 'a start that failed half-way cleans up too',
    run: ({ secrets }) => expectMissing(() => secrets.close()),
  },
];
