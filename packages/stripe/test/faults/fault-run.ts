import { setMaxListeners } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { watchedSignal } from '@secretkit/conformance';
import { createSecrets, type Secrets } from '@secretkit/core';
import { isSecretError, type Secret, type SecretProvider } from '@secretkit/core/provider';
import type Stripe from 'stripe';
import { expect } from 'vitest';
import { stripeSecrets } from '../../src/stripe-secrets.js';
import { canary, name, requestId, written } from '../responses.js';
import type { ClientKind } from '../stripe-clients.js';
import type { Place } from '../test-server.js';
import { type Asking, type Ending, endingOf, type Fault } from './fault-table.js';

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

const patienceMs = 30_000;

/** A fault, and a client that meets it. */
export interface Scene {
  readonly place: Place;
  readonly stripe: Stripe;
  readonly provider: SecretProvider;
  readonly secrets: Secrets;
  /**
   * Makes a call, and expects it to end as the table says and to leave no listener.
   *
   * @returns what it was rejected with.
   */
  expectEnding(asking: Asking): Promise<unknown>;
}

export async function sceneOf(fault: Fault, client: ClientKind): Promise<Scene> {
  const place = await (client.hardened ? fault.place : (fault.smallPlace ?? fault.place))();
  const stripe = client.make(place, fault.slowMs ?? patienceMs);
  const provider = stripeSecrets({ client: stripe });
  const secrets = createSecrets(provider);
  return {
    place,
    stripe,
    provider,
    secrets,
    async expectEnding(asking) {
      const ending = endingOf(fault, asking, client);
      if (ending === 'never') {
        await expectRelease((leaving) => calls[asking](secrets, leaving), place, fault);
        return undefined;
      }
      const { signal, listeners } = watchedSignal();
      setMaxListeners(0, signal);
      const [outcome] = await Promise.allSettled([calls[asking](secrets, signal)]);
      expect(listeners(), `${asking}: listeners left`).toBe(0);
      if (typeof ending === 'string') expectAnswer(outcome, ending, asking);
      else expectFailure(outcome, ending, asking, fault);
      return outcome.status === 'rejected' ? (outcome.reason as unknown) : undefined;
    },
  };
}

/** Runs something that leaves rejections which nobody handles, and counts them: the test runner is kept from it. */
export async function countingUnhandled(run: () => Promise<unknown>): Promise<number> {
  const others = process.listeners('unhandledRejection');
  let unhandled = 0;
  const count = (): void => {
    unhandled += 1;
  };
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', count);
  try {
    await run();
    return unhandled;
  } finally {
    process.off('unhandledRejection', count);
    for (const other of others) process.on('unhandledRejection', other);
  }
}

/** A call that does not end by itself ends when its caller leaves. */
async function expectRelease(
  call: (signal: AbortSignal) => Promise<unknown>,
  { requests, underWay }: Place,
  { slowMs }: Fault,
): Promise<void> {
  const before = requests.length;
  const caller = new AbortController();
  let ended = false;
  const answer = call(caller.signal).finally(() => {
    ended = true;
  });
  answer.catch(() => undefined); // it is looked at below
  await expect.poll(() => requests.length, { timeout: patienceMs }).toBeGreaterThan(before);
  if (slowMs) await setTimeout(2 * slowMs);
  else await expect.poll(underWay, { timeout: patienceMs }).toBe(0);
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  expect(ended, 'ended by itself').toBe(false);
  caller.abort('enough');
  await expect(answer).rejects.toBe('enough');
}

function expectAnswer(
  outcome: PromiseSettledResult<unknown>,
  ending: 'answered' | 'missing',
  asking: Asking,
): void {
  if (outcome.status === 'rejected') throw outcome.reason;
  if (asking !== 'get' && asking !== 'getMany') return;
  const value = (outcome.value as Secret | undefined)?.reveal(); // that is what these two answer with
  expect(value, asking).toBe(ending === 'missing' ? undefined : canary);
}

function expectFailure(
  outcome: PromiseSettledResult<unknown>,
  expected: Exclude<Ending, string>,
  asking: Asking,
  { slowMs }: Fault,
): void {
  const error: unknown = outcome.status === 'rejected' ? outcome.reason : 'an answer';
  if (!isSecretError(error)) throw new Error(`${asking}: it is no SecretError`, { cause: error });
  const { code, retryable, status, vendorCode, retryAfterMs, anonymous } = expected;
  expect({ code: error.code, retryable: error.retryable, retryAfterMs: error.retryAfterMs }, asking).toEqual({
    code,
    retryable,
    retryAfterMs,
  });
  expect(error, asking).toMatchObject({ provider: 'stripe', operation: asking });
  expect(error.message).toMatch(new RegExp(`^${code}: stripe ${asking}\\b.*: .+\\.$`));
  if (slowMs) return; // whether the headers had come, nobody can say
  expect(error.details, asking).toEqual({
    ...(status !== undefined && { status }),
    ...(!anonymous && { requestId }),
    ...(vendorCode !== undefined && { vendorCode }),
  });
}
