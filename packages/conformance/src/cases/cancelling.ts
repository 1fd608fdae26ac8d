import type { Secrets } from '@secretkit/core';
import type { Operation } from '@secretkit/core/provider';
import { watchedSignal } from '@secretkit/testing';
import type { ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCalls, expectReason } from '../outcome.js';

const name = 'conformance-value';

/** Each operation, as a call with a signal. */
const requests: Readonly<Record<Operation, (secrets: Secrets, signal: AbortSignal) => Promise<unknown>>> = {
  get: (secrets, signal) => secrets.get(name, { signal }),
  getMany: (secrets, signal) => secrets.getMany({ one: name, two: 'conformance-other' }, { signal }),
  list: (secrets, signal) => secrets.list({ signal })[Symbol.asyncIterator]().next(),
  set: (secrets, signal) => secrets.set(name, 'value', { signal }),
  compareAndSet: (secrets, signal) => secrets.compareAndSet(name, 'value', undefined, { signal }),
  delete: (secrets, signal) => secrets.delete(name, { signal }),
  listVersions: (secrets, signal) => secrets.listVersions(name, { signal }),
};

const reasons: readonly unknown[] = [new Error('of the caller'), 'a string', null];

const all = Object.entries(requests) as [Operation, (typeof requests)[Operation]][]; // entries() has wider types

const remedy =
  'fetch of Node 20 leaves one for each call: pass it the signal of an AbortController of the call, wait with abortable(promise, ctx.signal), and abort the controller in finally';

export const cancelling: readonly ProviderCase[] = [
  ...all.map(
    ([operation, request]): ProviderCase => ({
      id: `cancelling/before-${operation}`,
      title: `a ${operation} with an aborted signal rejects with the signal's reason, without a call`,
      why: 'a request without a caller must not reach the backend',
      async run({ secrets, calls }) {
        if (operation !== 'getMany' && operation !== 'get' && !secrets.can(operation)) return;
        for (const reason of reasons) {
          await expectCalls(0, calls, () =>
            expectReason(() => request(secrets, AbortSignal.abort(reason)), reason),
          );
        }
      },
    }),
  ),
  ...all.map(
    ([operation, request]): ProviderCase => ({
      id: `cancelling/in-flight-${operation}`,
      title: `a ${operation} that is aborted in flight rejects at once with the signal's own reason, and ends its backend call`,
      why: 'an aborted call must not hold a connection, and its caller must recognise its own reason',
      applies: ({ hangs = false }) => hangs,
      async run({ secrets, hang, pending }) {
        if (operation !== 'getMany' && operation !== 'get' && !secrets.can(operation)) return;
        hang?.();
        for (const reason of reasons) {
          const caller = new AbortController();
          const call = request(secrets, caller.signal);
          call.catch(() => undefined); // it is awaited below
          expectThat(await becomes(() => (pending?.() ?? 1) > 0), 'a call to the backend', 'none');
          caller.abort(reason);
          await expectReason(() => call, reason);
          expectThat(
            await becomes(() => (pending?.() ?? 0) === 0),
            'the backend call to end',
            'one that is still in flight',
          );
        }
      },
    }),
  ),
  {
    id: 'cancelling/listeners',
    title: 'a hundred reads leave no listener on a long-lived signal',
    why: 'all requests of a server share its shutdown signal, so listeners accumulate',
    async run({ secrets, put }) {
      await put({ name }, 'value');
      const { signal, listeners } = watchedSignal();
      for (let i = 0; i < 50; i += 1) {
        await secrets.get(name, { signal, fresh: true });
        await secrets.getMany({ one: name, two: 'conformance-other' }, { signal, fresh: true });
      }
      expectThat(listeners() === 0, `no listener (${remedy})`, String(listeners()));
    },
  },
];

/** Whether the condition becomes true within a second. */
async function becomes(condition: () => boolean): Promise<boolean> {
  for (let i = 0; i < 200 && !condition(); i += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  return condition();
}
