import { type MonotonicClock } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  type InvalidateTarget,
  isSecret,
  isSecretError,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  withFields,
} from '@secretkit/core/provider';
import type { Events } from './events.js';
import { type Asked, BackendCall, type Flight } from './flight.js';
import { covers, type Identity } from './identity.js';
import { isDenial } from './landing.js';

/** A secret that a reader wants: which one it is, and the ref to ask for it by. */
export interface Wanted {
  readonly identity: Identity;
  readonly ref: SecretRef;
}

/**
 * The flights that readers may join. One that was taken off the board goes on for the readers it has, but nobody joins it
 * any more and what it brings is not kept. A fresh read may have put a second flight of a secret beside the first: plain
 * readers join the latest, and what an earlier one brings is kept until a later one has come to an answer.
 */
export interface FlightBoard {
  /** The flight to join: for a fresh reader, only one that was begun for another in the same breath. */
  find(key: string, fresh?: boolean): Flight | undefined;
  /** Asks the backend in one call, with one flight for each. */
  start(wanted: readonly Wanted[], ctx: Pick<CallContext, 'fresh' | 'maxAttempts'>): readonly Flight[];
  takeOff(key: string): void;
  takeOffCovered(target: InvalidateTarget | undefined): void;
  /** Ends every call, also for those who wait for what is off the board. */
  abortAll(reason: SecretError): void;
}

/** @param onLanded - Told what came of each flight that is still on the board, and how it was asked for. */
export function flightBoard(
  next: SecretProvider,
  clock: MonotonicClock,
  random: () => number,
  events: Events,
  onLanded: (identity: Identity, ref: SecretRef, answer: Answer, asked: Asked) => void,
): FlightBoard {
  const board = new Map<string, Flight[]>(); // the latest last
  const calls = new Set<BackendCall>();

  async function ask(wanted: readonly Wanted[], ctx: CallContext): Promise<readonly Answer[]> {
    const refs = wanted.map(({ ref }) => ref);
    const [only] = refs;
    if (next.getMany && refs.length > 1) return next.getMany(refs, ctx);
    return only ? [await next.get(only, ctx)] : [];
  }

  function land(flight: Flight, ref: SecretRef, answer: Answer): Answer {
    const { identity, call } = flight;
    calls.delete(call);
    const now = clock.read(); // in any case: what is stored is dated by it
    const current = isSecret(answer) && hasExpired(answer, now) ? undefined : answer; // on the way, perhaps
    const keep = takeDown(flight, !isSecretError(current) || isDenial(current));
    if (call.signal.aborted) return current;
    if (isSecretError(current)) events.emit('failure', identity, current.code);
    if (keep) onLanded(identity, ref, current, call);
    return current;
  }

  /** Was it on the board? If it knows of a value, or of none, those begun before it go, too: they know less. */
  function takeDown(flight: Flight, knows: boolean): boolean {
    const { key } = flight.identity;
    const flights = board.get(key) ?? [];
    const at = flights.indexOf(flight);
    if (at === -1) return false;
    if (knows && !flight.call.signal.aborted) flights.splice(0, at + 1);
    else flights.splice(at, 1);
    if (flights.length === 0) board.delete(key);
    return true;
  }

  return {
    find(key, fresh = false) {
      return board.get(key)?.findLast(({ call }) => !call.signal.aborted && (!fresh || call.takesFresh));
    },

    start(wanted, { fresh = false, maxAttempts }) {
      const call = new BackendCall({ startedAt: clock.read() + clock.offsetMs, chance: random() }, fresh);
      calls.add(call);
      const answers = ask(wanted, {
        signal: call.signal,
        ...(fresh && { fresh }),
        ...(maxAttempts !== undefined && { maxAttempts }),
      });
      return wanted.map(({ identity, ref }, at) => {
        const flight: Flight = {
          identity,
          call,
          answer: answers.then(
            (all) => land(flight, ref, all[at]),
            (error: unknown) => land(flight, ref, withFields(failureOf(error), { ref })),
          ),
        };
        const flights = board.get(identity.key);
        if (flights) flights.push(flight);
        else board.set(identity.key, [flight]);
        return flight;
      });
    },

    takeOff(key) {
      board.delete(key);
    },

    takeOffCovered(target) {
      for (const [key, [flight]] of board) if (flight && covers(target, flight.identity)) board.delete(key);
    },

    abortAll(reason) {
      for (const call of calls) call.abort(reason);
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
