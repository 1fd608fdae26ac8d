import { setMaxListeners } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { expectNoLeak, expectNoLeakDuring, watchedSignal } from '@secretkit/conformance';
import { createSecrets, isSecretError, type Secret, type Secrets } from '@secretkit/core';
import { expect } from 'vitest';
import { canary, name, requestId, written } from './fault-answers.test-support.js';
import type { Place } from './fault-server.test-support.js';
import { type Asking, type Ending, endingOf, type Fault } from './fault-table.test-support.js';
import { apiKey, type ClientKind } from './stripe-clients.test-support.js';
import { stripeSecrets } from './stripe-secrets.js';

const calls: Readonly<Record<Asking, (secrets: Secrets, signal: AbortSignal) => Promise<unknown>>> = {
  get: (secrets, signal) => secrets.get(name, { signal }),
  getMany: async (secrets, signal) =>
    (await secrets.getMany({ first: name, second: 'another' }, { signal })).first,
  list: (secrets, signal) => secrets.list({ signal })[Symbol.asyncIterator]().next(),
  set: (secrets, signal) => secrets.set(name, written, { signal }),
  delete: (secrets, signal) => secrets.delete(name, { signal }),
};

/** Every way to ask. */
export const askings = Object.keys(calls) as Asking[]; // keys() forgets the names

const timeoutMs = 150;
const patienceMs = 30_000;

/** Lets a fault happen to calls of every kind at once, and looks at how each ends and at what is left behind. */
export async function expectEndings(
  fault: Fault,
  client: ClientKind,
  asked: readonly Asking[] = askings,
): Promise<Place> {
  const place = await fault.place();
  const stripe = client.make(place, fault.slow ? timeoutMs : patienceMs);
  const provider = stripeSecrets({ client: stripe });
  const secrets = createSecrets(provider);
  const { signal, listeners } = watchedSignal();
  setMaxListeners(0, signal); // so many calls at once are unusual

  // Not of what is written: Node's HTTP clients publish every request, body and all.
  const { settled, unhandled } = await expectNoLeakDuring(canary, () =>
    watchingRejections(
      asked.map(async (asking) => {
        const ending = endingOf(fault, asking, client);
        if (ending === 'never') {
          await expectRelease((leaving) => calls[asking](secrets, leaving), place, fault);
          return undefined;
        }
        const [outcome] = await Promise.allSettled([calls[asking](secrets, signal)]);
        expectEnding(outcome, ending, asking, fault);
        return outcome;
      }),
    ),
  );

  expectNoLeak(
    [canary, apiKey],
    [settled.map(shown), secrets, provider, ...(client.hardened ? [stripe] : [])],
  );
  expect(listeners(), 'listeners left').toBe(0);
  expect(unhandled > 0, 'unhandled rejections').toBe(!client.hardened && fault.unhandled === true);
  if (client.hardened) await expect.poll(place.underWay, { timeout: patienceMs }).toBe(0);
  return place;
}

/** Runs calls, and counts the rejections that nobody handles meanwhile: the test runner is kept from it. */
async function watchingRejections<T>(
  calls: readonly Promise<T>[],
): Promise<{ settled: readonly T[]; unhandled: number }> {
  const others = process.listeners('unhandledRejection');
  let unhandled = 0;
  const count = (): void => {
    unhandled += 1;
  };
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', count);
  try {
    return { settled: await Promise.all(calls), unhandled };
  } finally {
    process.off('unhandledRejection', count);
    for (const other of others) process.on('unhandledRejection', other);
  }
}

/** A call that does not end by itself ends when its caller leaves. */
async function expectRelease(
  call: (signal: AbortSignal) => Promise<unknown>,
  { requests, underWay }: Place,
  { slow }: Fault,
): Promise<void> {
  const before = requests.length;
  const caller = new AbortController();
  let ended = false;
  const answer = call(caller.signal).finally(() => {
    ended = true;
  });
  answer.catch(() => undefined); // it is looked at below
  await expect.poll(() => requests.length, { timeout: patienceMs }).toBeGreaterThan(before);
  if (slow) await setTimeout(2 * timeoutMs);
  else await expect.poll(underWay, { timeout: patienceMs }).toBe(0);
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  expect(ended, 'ended by itself').toBe(false);
  caller.abort('enough');
  await expect(answer).rejects.toBe('enough');
}

function expectEnding(
  outcome: PromiseSettledResult<unknown>,
  ending: Exclude<Ending, 'never'>,
  asking: Asking,
  { slow }: Fault,
): void {
  if (typeof ending === 'string') {
    expect(isSecretError(outcome.status === 'rejected' && outcome.reason) && outcome, asking).toBe(false);
    if (outcome.status === 'rejected') throw outcome.reason;
    if (asking === 'get' || asking === 'getMany') {
      expect((outcome.value as Secret | undefined)?.reveal(), asking).toBe(
        ending === 'missing' ? undefined : canary,
      );
    }
    return;
  }
  const error: unknown = outcome.status === 'rejected' ? outcome.reason : 'an answer';
  if (!isSecretError(error)) throw new Error(`${asking}: it is no SecretError`, { cause: error });
  const { code, retryable, status, vendorCode, retryAfterMs, anonymous } = ending;
  expect({ code: error.code, retryable: error.retryable, retryAfterMs: error.retryAfterMs }, asking).toEqual({
    code,
    retryable,
    retryAfterMs,
  });
  expect(error, asking).toMatchObject({ provider: 'stripe', operation: asking });
  expect(error.stack?.split('\n')[0]).toContain(`${code}: stripe ${asking}`);
  if (slow) return; // whether the headers had come, nobody can say
  expect(error.details, asking).toEqual({
    ...(status !== undefined && { status }),
    ...(!anonymous && { requestId }),
    ...(vendorCode !== undefined && { vendorCode }),
  });
}

// The value of an answer is meant to be there.
function shown(outcome: PromiseSettledResult<unknown> | undefined): unknown {
  return outcome?.status === 'rejected' ? outcome.reason : outcome;
}
