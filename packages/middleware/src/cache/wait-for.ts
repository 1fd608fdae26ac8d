import {
  type Answer,
  type CallContext,
  maxDelayMs,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';
import type { Identity } from './identity.js';

/** What decides, of a call, how long its answers are fresh. */
export interface Asked {
  /** When it was made, on the time that never goes back: what it answers was true no earlier. */
  readonly startedAt: number;
  /** From 0 on, below 1: drawn once for all its answers, so that a batch is asked for as one the next time, too. */
  readonly chance: number;
}

/** One call to the backend, for one secret or a batch. It runs on no reader's signal, and ends when the last has left. */
export class BackendCall implements Asked {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  readonly startedAt: number;
  readonly chance: number;
  #readers = 0;
  #takesFresh: boolean;

  constructor({ startedAt, chance }: Asked, fresh: boolean) {
    this.startedAt = startedAt;
    this.chance = chance;
    this.#takesFresh = fresh;
    if (fresh) queueMicrotask(() => (this.#takesFresh = false));
  }

  /** May a fresh reader join it? If another one has begun it in the same breath: nothing can have been learnt in between. */
  get takesFresh(): boolean {
    return this.#takesFresh;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  enter(): void {
    this.#readers += 1;
  }

  leave(): void {
    this.#readers -= 1;
    if (this.#readers === 0) this.#controller.abort();
  }
}

/** One secret on its way from the backend, and everyone who waits for it. */
export interface Flight {
  readonly identity: Identity;
  readonly call: BackendCall;
  /** Resolves with the failure where there is one: a flight may end with nobody there to catch it. */
  readonly answer: Promise<Answer>;
}

/** A flight that a reader waits for, and the ref that it asked by. */
export interface Ride {
  readonly flight: Flight;
  readonly ref: SecretRef;
}

/**
 * Waits for flights as one of their readers: one answer for each, in order. A reader leaves all of them at its own abort,
 * with its very reason, or at its own deadline, with `timeout` for what has not come; the others stay.
 */
export function travel(
  rides: readonly Ride[],
  { signal, deadline }: CallContext,
  now: () => number,
): Promise<readonly Answer[]> {
  for (const { flight } of rides) flight.call.enter();
  if (!signal && deadline === undefined) return Promise.all(rides.map(({ flight }) => flight.answer)); // to the end
  return new Promise((resolve, reject) => {
    const arrived = new Map<Ride, Answer>();
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const leave = (): void => {
      stop();
      for (const ride of rides) if (!arrived.has(ride)) ride.flight.call.leave();
    };
    const abort = (): void => {
      leave();
      reject(signal?.reason);
    };
    const arrive = (): void => {
      stop();
      resolve(rides.map((ride) => (arrived.has(ride) ? arrived.get(ride) : tooSlow(ride.ref))));
    };
    const giveUp = (): void => {
      leave();
      arrive();
    };
    const timer =
      deadline === undefined ? undefined : setTimeout(giveUp, Math.min(deadline - now(), maxDelayMs));
    signal?.addEventListener('abort', abort, { once: true });
    for (const ride of rides) {
      void ride.flight.answer.then((answer) => {
        arrived.set(ride, answer);
        if (arrived.size === rides.length) arrive();
      }); // a flight's answer cannot reject
    }
    if (signal?.aborted) abort(); // while the call was made
  });
}

/** What a reader is told whose deadline passes first. */
export function tooSlow(ref: SecretRef): SecretError {
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
