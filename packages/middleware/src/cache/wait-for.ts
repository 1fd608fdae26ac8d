import {
  type Answer,
  abortReason,
  type CallContext,
  maxDelayMs,
  onAbort,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';
import { startTimer } from '../shared/start-timer.js';
import type { InflightRequest } from './backend-call.js';

/** In the place of an answer that did not come before the reader's deadline. */
export const late: unique symbol = Symbol('late');

/**
 * Waits for in-flight requests: one answer for each, in order. At the reader's abort it rejects with the signal's reason; at
 * the reader's deadline it resolves, with `late` for each request that has no answer. Other readers are not affected.
 */
export function waitFor(
  requests: readonly InflightRequest[],
  { signal, deadline, background }: CallContext,
  remainingMs: (deadline: number) => number,
): Promise<readonly (Answer | typeof late)[]> {
  for (const { call } of requests) call.join(background);
  if (!signal && !background && deadline === undefined)
    return Promise.all(requests.map(({ answer }) => answer)); // cannot leave
  return new Promise((resolve, reject) => {
    const answers: (Answer | typeof late)[] = requests.map(() => late);
    let open = requests.length;
    const stop = (): void => {
      stopTimer?.();
      stopListening();
      stopJoining();
    };
    const leave = (): void => {
      stop();
      for (const [at, { call }] of requests.entries()) if (answers[at] === late) call.leave();
    };
    const abort = (reason: unknown): void => {
      leave();
      reject(reason);
    };
    const finish = (): void => {
      stop();
      resolve([...answers]);
    };
    const giveUp = (): void => {
      leave();
      finish();
    };
    const stopTimer =
      deadline === undefined
        ? undefined
        : startTimer(giveUp, Math.min(remainingMs(deadline), maxDelayMs), background);
    const stopListening = onAbort(signal, abort);
    const stopJoining = onAbort(background, () => requests.forEach(({ call }) => call.awaited()));
    for (const [at, { answer }] of requests.entries()) {
      void answer.then((received) => {
        answers[at] = received;
        open -= 1;
        if (open === 0) finish();
      }); // the answer of a request cannot reject
    }
    if (signal?.aborted) abort(abortReason(signal)); // it may abort while the call starts
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
