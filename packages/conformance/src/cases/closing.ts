import type { ProviderCase } from '../case.js';
import { expectCalls, expectCode, expectMissing } from '../outcome.js';

export const closing: readonly ProviderCase[] = [
  {
    id: 'closing/twice',
    title: 'the client and the provider can be closed twice',
    why: 'shutdown code can run twice: at a signal, and at the exit that follows',
    async run({ secrets, provider }) {
      await secrets.close();
      await secrets.close();
      await provider[Symbol.asyncDispose]?.();
      await provider[Symbol.asyncDispose]?.();
    },
  },
  {
    id: 'closing/after-use',
    title: 'after close, every call rejects with closed, and none reaches the backend',
    why: 'a job that runs longer than the shutdown must get a clear error',
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
    why: 'a start that fails early must be able to clean up',
    run: ({ secrets }) => expectMissing(() => secrets.close()),
  },
];
