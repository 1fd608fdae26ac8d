import {
  type Answer,
  type CallContext,
  errorRules,
  isSecret,
  isSecretError,
  markStale,
} from '@secretkit/core';
import type { Clock } from './clock.js';
import type { Entries, Entry } from './entries.js';
import type { Events } from './events.js';
import { join } from './flight.js';
import type { FlightBoard, Wanted } from './flight-board.js';
import { answerOf, type Verdicts } from './verdicts.js';

/** For how long past its freshness a value may be served. */
export interface StaleBounds {
  /** While it is refreshed in the background, in milliseconds. */
  readonly staleWhileRevalidateMs: number;
  /** After a refresh that failed in a way that allows it, in milliseconds. */
  readonly staleIfErrorMs: number;
}

interface Parts {
  readonly memory: Entries;
  readonly known: Verdicts;
  readonly board: FlightBoard;
  readonly clock: Clock;
  readonly events: Events;
  readonly bounds: StaleBounds;
}

/** An answer that is here. It is wrapped, since the answer itself may be `undefined`. */
interface Here {
  readonly answer: Answer;
}

/** Reads of what is not fresh in memory: from what else is known, from calls under way, or from the backend. */
export interface Reads {
  /** One answer for each, in order. Rejects with the reader's own abort alone. */
  read(wanted: readonly Wanted[], ctx: CallContext): Promise<readonly Answer[]>;
}

export function reads({ memory, known, board, clock, events, bounds }: Parts): Reads {
  const { staleWhileRevalidateMs, staleIfErrorMs } = bounds;

  function stale(entry: Entry, forMs: number, now: number): Here {
    events.emit('stale', entry);
    return { answer: markStale(entry.secret, new Date(now - forMs)) };
  }

  /** What may be answered without waiting; what is to be refreshed behind the reader's back is added to `behind`. */
  function here(wanted: Wanted, now: number, behind: Wanted[]): Here | undefined {
    const { identity, ref } = wanted;
    const verdict = known.find(identity.key, now);
    if (verdict) {
      events.emit('hit', identity);
      return { answer: answerOf(verdict, ref) };
    }
    const entry = memory.use(identity.key);
    if (!entry) return undefined;
    if (memory.isFresh(entry, now)) {
      events.emit('hit', identity);
      return { answer: entry.secret };
    }
    const forMs = memory.staleForMs(entry, now);
    if (forMs === Number.POSITIVE_INFINITY) memory.delete(identity.key);
    const quiet = entry.rest !== undefined && now + clock.setBackMs < entry.rest.until;
    if (quiet && forMs < Math.max(staleWhileRevalidateMs, staleIfErrorMs)) return stale(entry, forMs, now);
    if (forMs >= staleWhileRevalidateMs) return undefined;
    if (!board.find(identity.key)) behind.push(wanted);
    return stale(entry, forMs, now);
  }

  /** Does a value stand by that could be served if the backend failed? */
  function standsBy({ identity }: Wanted, now: number): boolean {
    const entry = memory.look(identity.key);
    return entry !== undefined && memory.staleForMs(entry, now) < staleIfErrorMs;
  }

  /** Has a flight on the board for each: those under way, and a new call for the rest. */
  function send(wanted: readonly Wanted[], ctx: CallContext, now: number): void {
    const rest = new Map<string, Wanted>();
    for (const each of wanted) {
      const { key } = each.identity;
      if (rest.has(key) || (!ctx.fresh && board.find(key))) events.emit('coalesced', each.identity);
      else rest.set(key, each);
    }
    if (rest.size === 0) return;
    const asked = [...rest.values()];
    for (const { identity } of asked) {
      events.emit(ctx.fresh || memory.look(identity.key) ? 'refresh' : 'miss', identity);
    }
    const oneAttempt = !ctx.fresh && asked.every((each) => standsBy(each, now));
    // Nothing else of one reader's context: others join.
    board.start(asked, oneAttempt ? { maxAttempts: 1 } : ctx.fresh ? { fresh: true } : {});
  }

  function refreshBehind(behind: readonly Wanted[]): void {
    if (behind.length === 0) return;
    for (const { identity } of behind) events.emit('refresh', identity);
    board.start(behind, { maxAttempts: 1 }).enter(); // nobody waits for it, and it goes on
  }

  async function ride(wanted: Wanted, ctx: CallContext): Promise<Answer> {
    const { identity, ref } = wanted;
    const flight = board.find(identity.key);
    if (!flight) throw new Error('a flight is sent before it is joined');
    const answer = await join(flight, ref, ctx, clock.read);
    if (!isSecretError(answer) || !errorRules[answer.code].staleAllowed || ctx.fresh) return answer;
    const now = clock.read();
    const entry = memory.look(identity.key);
    if (!entry) return answer;
    if (memory.isFresh(entry, now)) return entry.secret; // somebody else's refresh has come
    const forMs = memory.staleForMs(entry, now);
    return forMs < staleIfErrorMs ? stale(entry, forMs, now).answer : answer;
  }

  return {
    async read(wanted, ctx) {
      const now = clock.read();
      const behind: Wanted[] = [];
      const found = wanted.map((each) => (ctx.fresh ? lift(each) : here(each, now, behind)));
      refreshBehind(behind);
      send(
        wanted.filter((_, at) => !found[at]),
        ctx,
        now,
      );
      const answers = await Promise.all(
        wanted.map(async (each, at) => {
          const answer = found[at];
          return answer ? answer.answer : ride(each, ctx);
        }),
      );
      return answers.length > 1 ? answers.map(unlessExpired) : answers; // while others were waited for
    },
  };

  function unlessExpired(answer: Answer): Answer {
    if (!isSecret(answer)) return answer;
    return (answer.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) > clock.read() ? answer : undefined;
  }

  // Who asks for a fresh answer wants the backend asked, whatever it said before.
  function lift({ identity }: Wanted): undefined {
    known.forget(identity.key);
    const rest = memory.look(identity.key)?.rest;
    if (rest) rest.until = Number.NEGATIVE_INFINITY;
  }
}
