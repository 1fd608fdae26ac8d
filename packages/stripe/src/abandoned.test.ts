import { setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { watchedSignal } from '@secretkit/conformance';
import { createSecrets, type Secrets } from '@secretkit/core';
import { expect, it } from 'vitest';
import { type Place, serve } from '../test/test-server.js';
import { createStripeClient } from './create-stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void; // as the flag makes it

const at = { timeout: 180_000 };
const rounds = 10;
const ways: readonly ((secrets: Secrets, signal: AbortSignal) => Promise<unknown>)[] = [
  (secrets, signal) => secrets.get('name', { signal }),
  (secrets, signal) => secrets.getMany({ a: 'a', b: 'b' }, { signal }),
  (secrets, signal) => secrets.list({ signal })[Symbol.asyncIterator]().next(),
  (secrets, signal) => secrets.set('name', 'value', { signal }),
  (secrets, signal) => secrets.delete('name', { signal }),
];

/** A hundred calls of all kinds. */
function hundred(secrets: Secrets, signal: AbortSignal): Promise<unknown>[] {
  return Array.from({ length: 100 }, (_, call) => ways[call % ways.length]!(secrets, signal));
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

function open(place: Place, timeoutMs: number): Secrets {
  const client = createStripeClient({ apiKey: 'sk_test_1', baseUrl: place.url, timeoutMs });
  return createSecrets(stripeSecrets({ client }));
}

/** A round of calls that all time out. */
async function lettingTimeOut(secrets: Secrets, signal: AbortSignal): Promise<void> {
  for (const outcome of await Promise.allSettled(hundred(secrets, signal))) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'timeout' } });
  }
}

/** A round of calls that are aborted under way. */
async function aborting(place: Place, secrets: Secrets): Promise<WeakRef<AbortSignal>> {
  const before = place.requests.length;
  const caller = new AbortController();
  setMaxListeners(0, caller.signal);
  const calls = hundred(secrets, caller.signal);
  const settled = Promise.allSettled(calls);
  await expect.poll(() => place.requests.length, at).toBeGreaterThanOrEqual(before + calls.length);
  caller.abort('enough');
  for (const outcome of await settled) expect(outcome).toEqual({ status: 'rejected', reason: 'enough' });
  return new WeakRef(caller.signal);
}

it(
  'a thousand calls that time out and a thousand that are aborted leave no connection, timer or listener',
  at,
  async () => {
    const place = await serve(() => undefined);
    const timersBefore = timers();
    const { signal, listeners } = watchedSignal();
    setMaxListeners(0, signal);
    const impatient = open(place, 50);
    for (let round = 0; round < rounds; round += 1) await lettingTimeOut(impatient, signal);
    expect(listeners(), 'listeners').toBe(0);

    await expect.poll(place.underWay, at).toBe(0);
    const patient = open(place, at.timeout);
    const signals: WeakRef<AbortSignal>[] = [];
    for (let round = 0; round < rounds; round += 1) signals.push(await aborting(place, patient));

    await expect.poll(place.underWay, at).toBe(0);
    // A connection that Node's fetch has opened anew after an abort is closed when it was idle for four seconds.
    await expect.poll(place.connections, at).toBe(0);
    expect(timers(), 'timers').toBeLessThanOrEqual(timersBefore);
    collect();
    expect(signals.filter((kept) => kept.deref()).length, 'signals that somebody holds on to').toBe(0);
  },
);
