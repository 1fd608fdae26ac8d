import { setMaxListeners } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { createSecrets, type Secrets } from '@secretkit/core';
import { isSecretError, type Operation, type Secret, type SecretProvider } from '@secretkit/core/provider';
import { watchedSignal } from '@secretkit/testing';
import { expect } from 'vitest';
import type { StripeClient } from '../../src/stripe-client.js';
import { stripeSecrets } from '../../src/stripe-secrets.js';
import { canary, name, requestId, writtenCanary } from '../responses.js';
import type { ClientKind } from '../stripe-clients.js';
import type { TestServer } from '../test-server.js';
import { type ExpectedError, expectedOutcome, type Fault } from './fault.js';

/** The operations of this provider. */
export type StripeOperation = Exclude<Operation, 'compareAndSet' | 'listVersions'>;

const calls: Readonly<Record<StripeOperation, (secrets: Secrets, signal: AbortSignal) => Promise<unknown>>> =
  {
    get: (secrets, signal) => secrets.get(name, { signal }),
    getMany: async (secrets, signal) =>
      (await secrets.getMany({ first: name, second: 'another' }, { signal })).first,
    list: (secrets, signal) => secrets.list({ signal })[Symbol.asyncIterator]().next(),
    set: (secrets, signal) => secrets.set(name, writtenCanary, { signal }),
    delete: (secrets, signal) => secrets.delete(name, { signal }),
  };

export const operations = Object.keys(calls) as StripeOperation[]; // keys() loses the type

const patienceMs = 30_000;

/** A fault, and a client that calls the server with that fault. */
export interface FaultRun {
  readonly server: TestServer;
  readonly stripe: StripeClient;
  readonly provider: SecretProvider;
  readonly secrets: Secrets;
  /**
   * Makes a call, and expects the table's outcome and no listener left on the signal.
   *
   * @returns the error, if the call fails.
   */
  expectOutcome(operation: StripeOperation): Promise<unknown>;
}

export async function startFault(fault: Fault, client: ClientKind): Promise<FaultRun> {
  const server = await (client.hardened ? fault.serve : (fault.serveSmall ?? fault.serve))();
  const stripe = client.make(server, fault.timeoutMs ?? patienceMs);
  const provider = stripeSecrets({ client: stripe });
  const secrets = createSecrets(provider);
  return {
    server,
    stripe,
    provider,
    secrets,
    async expectOutcome(operation) {
      const expected = expectedOutcome(fault, operation, client);
      if (expected === 'pending') {
        await expectAbortable((signal) => calls[operation](secrets, signal), server, fault);
        return undefined;
      }
      const { signal, listeners } = watchedSignal();
      setMaxListeners(0, signal);
      const [result] = await Promise.allSettled([calls[operation](secrets, signal)]);
      expect(listeners(), `${operation}: listeners left`).toBe(0);
      if (typeof expected === 'string') expectAnswer(result, expected, operation);
      else expectError(result, expected, operation, fault);
      return result.status === 'rejected' ? (result.reason as unknown) : undefined;
    },
  };
}

/** Counts the unhandled rejections of a run, and hides them from the test runner. */
export async function countUnhandledRejections(run: () => Promise<unknown>): Promise<number> {
  const listeners = process.listeners('unhandledRejection');
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
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
}

/** Expects that a call does not settle until its caller aborts it. */
async function expectAbortable(
  call: (signal: AbortSignal) => Promise<unknown>,
  { requests, inFlight }: TestServer,
  { timeoutMs }: Fault,
): Promise<void> {
  const before = requests.length;
  const caller = new AbortController();
  let settled = false;
  const answer = call(caller.signal).finally(() => {
    settled = true;
  });
  answer.catch(() => undefined); // asserted below
  await expect.poll(() => requests.length, { timeout: patienceMs }).toBeGreaterThan(before);
  if (timeoutMs) await setTimeout(2 * timeoutMs);
  else await expect.poll(inFlight, { timeout: patienceMs }).toBe(0);
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  expect(settled, 'settled before the abort').toBe(false);
  caller.abort('enough');
  await expect(answer).rejects.toBe('enough');
}

function expectAnswer(
  result: PromiseSettledResult<unknown>,
  expected: 'success' | 'missing',
  operation: Operation,
): void {
  if (result.status === 'rejected') throw result.reason;
  if (operation !== 'get' && operation !== 'getMany') return;
  const value = (result.value as Secret | undefined)?.reveal(); // these two resolve with a secret
  expect(value, operation).toBe(expected === 'missing' ? undefined : canary);
}

function expectError(
  result: PromiseSettledResult<unknown>,
  expected: ExpectedError,
  operation: Operation,
  { timeoutMs }: Fault,
): void {
  const error: unknown = result.status === 'rejected' ? result.reason : 'success';
  if (!isSecretError(error)) throw new Error(`${operation}: not a SecretError`, { cause: error });
  const { code, retryable, status, vendorCode, retryAfterMs, anonymous } = expected;
  expect(
    { code: error.code, retryable: error.retryable, retryAfterMs: error.retryAfterMs },
    operation,
  ).toEqual({ code, retryable, retryAfterMs });
  expect(error, operation).toMatchObject({ provider: 'stripe', operation });
  expect(error.message).toMatch(new RegExp(`^${code}: stripe ${operation}\\b.*: .+\\.$`));
  if (timeoutMs) return; // the headers may or may not have arrived
  expect(error.details, operation).toEqual({
    ...(status !== undefined && { status }),
    ...(!anonymous && { requestId }),
    ...(vendorCode !== undefined && { vendorCode }),
  });
}
