import { type MonotonicClock, markStale } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  errorRules,
  isSecret,
  isSecretError,
  refKey,
  type Secret,
  withFields,
} from '@secretkit/core/provider';
import type { Entries, Entry } from './entries.js';
import type { Events } from './events.js';
import { type Flight, type Ride, tooSlow, travel } from './flight.js';
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
  readonly clock: MonotonicClock;
  readonly events: Events;
  readonly bounds: StaleBounds;
}

/** An answer that is here. It is wrapped, since the answer itself may be `undefined`. */
interface Here {
  readonly answer: Answer;
  /** Is it to be refreshed behind the reader's back? */
  readonly refresh?: boolean;
}

/** Reads of what is not fresh in memory: from what else is known, from calls under way, or from the backend. */
export interface Reads {
  /** One answer for each, in order. Rejects with the reader's own abort alone. */
  read(wanted: readonly Wanted[], ctx: CallContext): Promise<readonly Answer[]>;
  /** The same for one, which may be one of ten thousand at once: it allocates little more than the promise. */
  readOne(wanted: Wanted, ctx: CallContext): Promise<Secret | undefined>;
}

export function reads({ memory, known, board, clock, events, bounds }: Parts): Reads {
  const { staleWhileRevalidateMs, staleIfErrorMs } = bounds;

  function stale(entry: Entry, forMs: number, now: number): Here {
    events.emit('stale', entry);
    return { answer: markStale(entry.secret, new Date(now - forMs)) };
  }

  /** What may be answered without waiting. */
  function here({ identity, ref }: Wanted, now: number): Here | undefined {
    const entry = memory.use(identity.key);
    if (entry && memory.isFresh(entry, now)) {
      events.emit('hit', identity);
      return { answer: entry.secret };
    }
    const verdict = known.find(identity.key, now);
    if (verdict) {
      events.emit('hit', identity);
      return { answer: answerOf(verdict, ref) };
    }
    if (!entry) return undefined;
    const forMs = memory.staleForMs(entry, now);
    if (forMs === Number.POSITIVE_INFINITY) memory.delete(identity.key);
    const quiet = entry.rest !== undefined && now + clock.offsetMs < entry.rest.until;
    if (quiet && forMs < Math.max(staleWhileRevalidateMs, staleIfErrorMs)) return stale(entry, forMs, now);
    if (forMs >= staleWhileRevalidateMs) return undefined;
    return { ...stale(entry, forMs, now), refresh: !board.find(identity.key) };
  }

  /** Does a value stand by that could be served if the backend failed? */
  function standsBy({ identity }: Wanted, now: number): boolean {
    const entry = memory.look(identity.key);
    return entry !== undefined && memory.staleForMs(entry, now) < staleIfErrorMs;
  }

  /** A flight for each: those under way, and a new call for the rest. */
  function send(wanted: readonly Wanted[], ctx: CallContext, now: number): readonly Ride[] {
    const flights = new Map<string, Flight>();
    const rest = new Map<string, Wanted>();
    for (const each of wanted) {
      const { key } = each.identity;
      const flight = flights.get(key) ?? board.find(key, ctx.fresh);
      if (flight) flights.set(key, flight);
      if (flight || rest.has(key)) events.emit('coalesced', each.identity);
      else rest.set(key, each);
    }
    if (rest.size > 0) {
      const asked = [...rest.values()];
      for (const { identity } of asked) {
        events.emit(ctx.fresh || memory.look(identity.key) ? 'refresh' : 'miss', identity);
      }
      const oneAttempt = !ctx.fresh && asked.every((each) => standsBy(each, now));
      // Nothing else of one reader's context: others join.
      const started = board.start(asked, oneAttempt ? { maxAttempts: 1 } : ctx.fresh ? { fresh: true } : {});
      for (const flight of started) flights.set(flight.identity.key, flight);
    }
    return wanted.map(({ identity, ref }) => {
      const flight = flights.get(identity.key) as Flight; // there is one for each now
      return { flight, ref };
    });
  }

  function refreshBehind(wanted: readonly Wanted[]): void {
    if (wanted.length === 0) return;
    const behind = [...new Map(wanted.map((each) => [each.identity.key, each])).values()]; // each once
    for (const { identity } of behind) events.emit('refresh', identity);
    const [first] = board.start(behind, { maxAttempts: 1 });
    first?.call.enter(); // nobody waits for it, and it goes on
  }

  /** Waits for the flight of each. Who is too late to wait begins no call. */
  function arrivals(wanted: readonly Wanted[], ctx: CallContext, now: number): Promise<readonly Answer[]> {
    if (ctx.deadline !== undefined && ctx.deadline <= now)
      return Promise.resolve(wanted.map(({ ref }) => tooSlow(ref)));
    return travel(send(wanted, ctx, now), ctx, clock.read);
  }

  function arrival(wanted: Wanted, ctx: CallContext, now: number): Promise<Answer> {
    const flight =
      ctx.signal || ctx.deadline !== undefined ? undefined : board.find(wanted.identity.key, ctx.fresh);
    if (!flight) return arrivals([wanted], ctx, now).then(([answer]) => answer);
    events.emit('coalesced', wanted.identity);
    flight.call.enter();
    return flight.answer;
  }

  /** What a reader is answered with in the end: instead of a failure, perhaps with what is still servable. */
  function settle({ identity, ref }: Wanted, answer: Answer, { fresh }: CallContext): Answer {
    if (!isSecretError(answer)) return answer;
    const { code } = answer;
    const entry = errorRules[code].staleAllowed && !fresh ? memory.look(identity.key) : undefined;
    if (entry) {
      const now = clock.read();
      if (memory.isFresh(entry, now)) return entry.secret; // somebody else's refresh has come
      const forMs = memory.staleForMs(entry, now);
      if (forMs < staleIfErrorMs) return stale(entry, forMs, now).answer;
    }
    const isOwn = answer.ref !== undefined && refKey(answer.ref) === refKey(ref);
    return isOwn ? answer : withFields(answer, { ref }); // the one who asked first used another of its names
  }

  return {
    async read(wanted, ctx) {
      const now = clock.read();
      const found = wanted.map((each) => atHand(each, ctx, now));
      refreshBehind(wanted.filter((_, at) => found[at]?.refresh));
      const waiting = wanted.filter((_, at) => !found[at]);
      if (waiting.length === 0) return found.map((each) => each?.answer);
      const arrived = (await arrivals(waiting, ctx, now)).values();
      const answers = wanted.map((each, at) => {
        const { answer } = found[at] ?? { answer: settle(each, arrived.next().value, ctx) };
        return answer;
      });
      return answers.length > 1 ? answers.map(unlessExpired) : answers; // while others were waited for
    },

    readOne(wanted, ctx) {
      const now = clock.read();
      const found = atHand(wanted, ctx, now);
      if (found?.refresh) refreshBehind([wanted]);
      if (found) return Promise.resolve(found.answer).then(secretOrThrow);
      return arrival(wanted, ctx, now).then((answer) => secretOrThrow(settle(wanted, answer, ctx)));
    },
  };

  function unlessExpired(answer: Answer): Answer {
    if (!isSecret(answer)) return answer;
    return (answer.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) > clock.read() ? answer : undefined;
  }

  function atHand(wanted: Wanted, { fresh }: CallContext, now: number): Here | undefined {
    if (!fresh) return here(wanted, now);
    lift(wanted);
    return undefined;
  }

  // Who asks for a fresh answer wants the backend asked, whatever it said before.
  function lift({ identity }: Wanted): void {
    known.forget(identity.key);
    const rest = memory.look(identity.key)?.rest;
    if (rest) rest.until = Number.NEGATIVE_INFINITY;
  }
}

function secretOrThrow(answer: Answer): Secret | undefined {
  if (isSecretError(answer)) throw answer;
  return answer;
}
