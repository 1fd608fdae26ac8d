import {
  type Answer,
  type CallContext,
  type InvalidateTarget,
  isSecret,
  isSecretError,
  restate,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core';
import type { Clock } from './clock.js';
import { type Asked, type BackendCall, backendCall, type Flight } from './flight.js';
import { covers, type Identity } from './identity.js';

/** A secret that a reader wants: which one it is, and the ref to ask for it by. */
export interface Wanted {
  readonly identity: Identity;
  readonly ref: SecretRef;
}

/**
 * The flights that readers may join, one for each secret. One that was taken off the board goes on for the readers it
 * has, but nobody joins it any more and what it brings is not stored.
 */
export interface FlightBoard {
  find(key: string): Flight | undefined;
  /** Asks the backend in one call. Each flight takes the place of an older one of its secret. */
  start(wanted: readonly Wanted[], ctx: Pick<CallContext, 'fresh' | 'maxAttempts'>): BackendCall;
  takeOff(key: string): void;
  takeOffCovered(target: InvalidateTarget | undefined): void;
  abortAll(reason: SecretError): void;
}

/** @param onLanded - Told what came of each flight that is still on the board, and how it was asked for. */
export function flightBoard(
  next: SecretProvider,
  clock: Clock,
  random: () => number,
  onLanded: (identity: Identity, answer: Answer, asked: Asked) => void,
): FlightBoard {
  const board = new Map<string, Flight>();

  async function ask(wanted: readonly Wanted[], ctx: CallContext): Promise<readonly Answer[]> {
    const refs = wanted.map(({ ref }) => ref);
    const [only] = refs;
    if (next.getMany && refs.length > 1) return next.getMany(refs, ctx);
    return only ? [await next.get(only, ctx)] : [];
  }

  function land(flight: Flight, answer: Answer): Answer {
    const { identity, call } = flight;
    const joinable = board.get(identity.key) === flight;
    if (joinable) board.delete(identity.key);
    const now = clock.read(); // in any case: what is stored is dated by it
    const current = isSecret(answer) && hasExpired(answer, now) ? undefined : answer; // on the way, perhaps
    if (joinable && !call.signal.aborted) onLanded(identity, current, call);
    return current;
  }

  return {
    find(key) {
      const flight = board.get(key);
      return flight?.call.signal.aborted ? undefined : flight;
    },

    start(wanted, { fresh, maxAttempts }) {
      const call = backendCall({ startedAt: clock.read() + clock.setBackMs, chance: random() });
      const answers = ask(wanted, {
        signal: call.signal,
        ...(fresh && { fresh }),
        ...(maxAttempts !== undefined && { maxAttempts }),
      });
      for (const [at, { identity, ref }] of wanted.entries()) {
        const flight: Flight = {
          identity,
          call,
          answer: answers.then(
            (all) => land(flight, all[at]),
            (error: unknown) => land(flight, restate(failureOf(error), { ref })),
          ),
        };
        board.set(identity.key, flight);
      }
      return call;
    },

    takeOff(key) {
      board.delete(key);
    },

    takeOffCovered(target) {
      for (const [key, { identity }] of board) if (covers(target, identity)) board.delete(key);
    },

    abortAll(reason) {
      for (const { call } of board.values()) call.abort(reason);
      board.clear();
    },
  };
}

// The provider inside rejects with a SecretError, or with the reason of the abort when every reader has left.
function failureOf(error: unknown): SecretError {
  return isSecretError(error)
    ? error
    : new SecretError('unknown', 'every reader left before the answer came.');
}

function hasExpired({ expiresAt }: Secret, now: number): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= now;
}
