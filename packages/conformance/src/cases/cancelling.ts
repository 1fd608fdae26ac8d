import type { Secrets } from '@secretkit/core';
import type { Operation } from '@secretkit/core/provider';
import type { ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import { watchedSignal } from '../fakes/watched-signal.js';
import { expectCalls, expectReason } from '../outcome.js';

const name = 'conformance-value';

/** Each way of asking, with a signal. */
const ways: Readonly<Record<Operation, (secrets: Secrets, signal: AbortSignal) => Promise<unknown>>> = {
  get: (secrets, signal) => secrets.get(name, { signal }),
  getMany: (secrets, signal) => secrets.getMany({ one: name, two: 'conformance-other' }, { signal }),
  list: (secrets, signal) => secrets.list({ signal })[Symbol.asyncIterator]().next(),
  set: (secrets, signal) => secrets.set(name, 'value', { signal }),
  delete: (secrets, signal) => secrets.delete(name, { signal }),
};

const reasons: readonly unknown[] = [new Error('of the caller'), 'a string', null];

const all = Object.entries(ways) as [Operation, (typeof ways)[Operation]][]; // entries() forgets the keys

export const cancelling: readonly ProviderCase[] = [
  ...all.map(
    ([operation, ask]): ProviderCase => ({
      id: `cancelling/before-${operation}`,
      title: `a ${operation} that is aborted beforehand rejects with the signal's reason, without a call`,
      why: 'a request that nobody waits for should not be made',
      async run({ secrets, calls }) {
        if (operation !== 'getMany' && operation !== 'get' && !secrets.can(operation)) return;
        for (const reason of reasons) {
          await expectCalls(0, calls, () =>
            expectReason(() => ask(secrets, AbortSignal.abort(reason)), reason),
          );
        }
      },
    }),
  ),
  ...all.map(
    ([operation, ask]): ProviderCase => ({
      id: `cancelling/flight-${operation}`,
      title: `a ${operation} that is aborted under way rejects at once with the very reason, and ends what it began`,
      why: 'a caller that has gone must not keep a connection, and must not read an error of ours as its own',
      applies: ({ hangs = false }) => hangs,
      async run({ secrets, hang, pending }) {
        if (operation !== 'getMany' && operation !== 'get' && !secrets.can(operation)) return;
        hang?.();
        for (const reason of reasons) {
          const caller = new AbortController();
          const call = ask(secrets, caller.signal);
          call.catch(() => undefined); // it is looked at below
          expectThat(await becomes(() => (pending?.() ?? 1) > 0), 'a call to the backend', 'none');
          caller.abort(reason);
          await expectReason(() => call, reason);
          expectThat(
            await becomes(() => (pending?.() ?? 0) === 0),
            'the call to be ended',
            'one that goes on',
          );
        }
      },
    }),
  ),
  {
    id: 'cancelling/listeners',
    title: 'a hundred reads leave no listener on a signal that lives on',
    why: 'a server’s shutdown signal is shared by every request it ever serves',
    async run({ secrets, put }) {
      await put({ name }, 'value');
      const { signal, listeners } = watchedSignal();
      for (let i = 0; i < 50; i += 1) {
        await secrets.get(name, { signal, fresh: true });
        await secrets.getMany({ one: name, two: 'conformance-other' }, { signal, fresh: true });
      }
      expectThat(listeners() === 0, 'no listener', String(listeners()));
    },
  },
];

/** Does it become true, within a second? */
async function becomes(condition: () => boolean): Promise<boolean> {
  for (let i = 0; i < 200 && !condition(); i += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  return condition();
}
