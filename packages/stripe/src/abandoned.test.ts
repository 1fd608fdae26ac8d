import { setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSecrets, type Secrets } from '@secretkit/core';
import { watchedSignal } from '@secretkit/testing';
import { expect, it } from 'vitest';
import { serve, type TestServer } from '../test/test-server.js';
import { createStripeClient } from './create-stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void; // the flag adds it

const patience = { timeout: 180_000 };
const rounds = 10;
const operations: readonly ((secrets: Secrets, signal: AbortSignal) => Promise<unknown>)[] = [
  (secrets, signal) => secrets.get('name', { signal }),
  (secrets, signal) => secrets.getMany({ a: 'a', b: 'b' }, { signal }),
  (secrets, signal) => secrets.list({ signal })[Symbol.asyncIterator]().next(),
  (secrets, signal) => secrets.set('name', 'value', { signal }),
  (secrets, signal) => secrets.delete('name', { signal }),
];

/** Makes a hundred calls of all kinds. */
function hundredCalls(secrets: Secrets, signal: AbortSignal): Promise<unknown>[] {
  return Array.from({ length: 100 }, (_, call) => operations[call % operations.length]!(secrets, signal));
}

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

function open(server: TestServer, timeoutMs: number): Secrets {
  const client = createStripeClient({ apiKey: 'sk_test_1', baseUrl: server.url, timeoutMs });
  return createSecrets(stripeSecrets({ client }));
}

/** Makes a round of calls that all time out. */
async function timeOutRound(secrets: Secrets, signal: AbortSignal): Promise<void> {
  for (const outcome of await Promise.allSettled(hundredCalls(secrets, signal))) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'timeout' } });
  }
}

/** Makes a round of calls that are all aborted in flight. */
async function abortRound(server: TestServer, secrets: Secrets): Promise<WeakRef<AbortSignal>> {
  const before = server.requests.length;
  const caller = new AbortController();
  setMaxListeners(0, caller.signal);
  const calls = hundredCalls(secrets, caller.signal);
  const settled = Promise.allSettled(calls);
  await expect.poll(() => server.requests.length, patience).toBeGreaterThanOrEqual(before + calls.length);
  caller.abort('enough');
  for (const outcome of await settled) expect(outcome).toEqual({ status: 'rejected', reason: 'enough' });
  return new WeakRef(caller.signal);
}

it(
  'a thousand calls that time out and a thousand that are aborted leave no connection, timer or listener',
  patience,
  async () => {
    const server = await serve(() => undefined);
    const timersBefore = countTimers();
    const { signal, listeners } = watchedSignal();
    setMaxListeners(0, signal);
    const shortTimeout = open(server, 50);
    for (let round = 0; round < rounds; round += 1) await timeOutRound(shortTimeout, signal);
    expect(listeners(), 'listeners').toBe(0);

    await expect.poll(server.inFlight, patience).toBe(0);
    const longTimeout = open(server, patience.timeout);
    const signals: WeakRef<AbortSignal>[] = [];
    for (let round = 0; round < rounds; round += 1) signals.push(await abortRound(server, longTimeout));

    await expect.poll(server.inFlight, patience).toBe(0);
    // Node's fetch opens a new connection after an abort, and closes it after four idle seconds.
    await expect.poll(server.connections, patience).toBe(0);
    expect(countTimers(), 'timers').toBeLessThanOrEqual(timersBefore);
    collectGarbage();
    expect(signals.filter((ref) => ref.deref()).length, 'signals that are still referenced').toBe(0);
  },
);
