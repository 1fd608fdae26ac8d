import {
  type Answer,
  type CallContext,
  maxDelayMs,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';
import type { InflightRequest } from './backend-call.js';

/** A reader's wait for one in-flight request, and the ref that the reader used. */
export interface Waiter {
  readonly request: InflightRequest;
  readonly ref: SecretRef;
}

/**
 * Waits for in-flight requests: one answer for each, in order. At the reader's abort it rejects with the signal's reason; at
 * the reader's deadline it resolves, with `timeout` for each request that has no answer. Other readers are not affected.
 */
export function waitFor(
  waiters: readonly Waiter[],
  { signal, deadline }: CallContext,
  now: () => number,
): Promise<readonly Answer[]> {
  for (const { request } of waiters) request.call.join();
  if (!signal && deadline === undefined) return Promise.all(waiters.map(({ request }) => request.answer)); // cannot leave
  return new Promise((resolve, reject) => {
    const answers = new Map<Waiter, Answer>();
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const leave = (): void => {
      stop();
      for (const waiter of waiters) if (!answers.has(waiter)) waiter.request.call.leave();
    };
    const abort = (): void => {
      leave();
      reject(signal?.reason);
    };
    const finish = (): void => {
      stop();
      resolve(
        waiters.map((waiter) => (answers.has(waiter) ? answers.get(waiter) : deadlinePassed(waiter.ref))),
      );
    };
    const giveUp = (): void => {
      leave();
      finish();
    };
    const timer =
      deadline === undefined ? undefined : setTimeout(giveUp, Math.min(deadline - now(), maxDelayMs));
    signal?.addEventListener('abort', abort, { once: true });
    for (const waiter of waiters) {
      void waiter.request.answer.then((answer) => {
        answers.set(waiter, answer);
        if (answers.size === waiters.length) finish();
      }); // the answer of a request cannot reject
    }
    if (signal?.aborted) abort(); // it may abort while the call starts
  });
}

/** Returns the failure for a reader whose deadline passes before there is an answer. */
export function deadlinePassed(ref: SecretRef): SecretError {
  return new SecretError(
    'timeout',
    "the caller's deadline passed before there was an answer. Check the backend, or allow more time.",
    { provider: 'cache', operation: 'get', ref },
  );
}
