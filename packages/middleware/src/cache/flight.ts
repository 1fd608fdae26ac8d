import { type Answer, type CallContext, maxDelayMs, SecretError, type SecretRef } from '@secretkit/core';
import type { Identity } from './identity.js';

/** What decides, of a call, how long its answers are fresh. */
export interface Asked {
  /** When it was made, on the time that never goes back: what it answers was true no earlier. */
  readonly startedAt: number;
  /** From 0 on, below 1: drawn once for all its answers, so that a batch is asked for as one the next time, too. */
  readonly chance: number;
}

/** One call to the backend, for one secret or a batch. It runs on no reader's signal, and ends when the last has left. */
export interface BackendCall extends Asked {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  enter(): void;
  leave(): void;
}

export function backendCall(asked: Asked): BackendCall {
  const controller = new AbortController();
  let readers = 0;
  return {
    ...asked,
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    enter() {
      readers += 1;
    },
    leave() {
      readers -= 1;
      if (readers === 0) controller.abort();
    },
  };
}

/** One secret on its way from the backend, and everyone who waits for it. */
export interface Flight {
  readonly identity: Identity;
  readonly call: BackendCall;
  /** Resolves with the failure where there is one: a flight may end with nobody there to catch it. */
  readonly answer: Promise<Answer>;
}

/**
 * Waits for a flight as one of its readers. A reader leaves at its own abort, with its very reason, or at its own
 * deadline, with `timeout`; the others stay.
 */
export function join(flight: Flight, ref: SecretRef, ctx: CallContext, now: () => number): Promise<Answer> {
  const { call, answer } = flight;
  const { signal, deadline } = ctx;
  call.enter();
  if (!signal && deadline === undefined) return answer; // stays to the end
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      stop();
      call.leave();
      reject(signal?.reason);
    };
    const giveUp = (): void => {
      stop();
      call.leave();
      resolve(tooSlow(ref));
    };
    const timer =
      deadline === undefined ? undefined : setTimeout(giveUp, Math.min(deadline - now(), maxDelayMs));
    signal?.addEventListener('abort', abort, { once: true });
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    void answer.then((result) => {
      stop();
      resolve(result);
    }); // a flight's answer cannot reject
  });
}

function tooSlow(ref: SecretRef): SecretError {
  return new SecretError(
    'timeout',
    "no answer by the caller's deadline. Check the backend, or allow more time.",
    {
      provider: 'cache',
      operation: 'get',
      ref,
    },
  );
}
