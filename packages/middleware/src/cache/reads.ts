import {
  type Answer,
  type CallContext,
  hasExpired,
  isSecret,
  isSecretError,
  type Secret,
} from '@secretkit/core/provider';
import type { InflightRequest } from './backend-call.js';
import type { Requested } from './identity.js';
import type { Inflight } from './inflight.js';
import { createLookup, type MemoryAnswer } from './lookup.js';
import type { CacheState } from './state.js';
import { deadlinePassed, type Waiter, waitFor } from './wait-for.js';

/** Reads of secrets without a fresh value in memory: from what else memory has, in-flight requests, or the backend. */
export interface Reads {
  /** Returns one answer for each, in order. Rejects only with the reason of the reader's own abort. */
  read(requested: readonly Requested[], ctx: CallContext): Promise<readonly Answer[]>;
  /** The same for one secret. There may be ten thousand at once, so it allocates little more than the promise. */
  readOne(requested: Requested, ctx: CallContext): Promise<Secret | undefined>;
}

export function createReads(state: CacheState, inflight: Inflight): Reads {
  const { entries, clock, events } = state;
  const memory = createLookup(state);

  function fromMemory(requested: Requested, { fresh }: CallContext, now: number): MemoryAnswer | undefined {
    if (!fresh) return memory.find(requested, now);
    memory.forgetFailures(requested);
    return undefined;
  }

  /** Joins the in-flight requests, and makes one call for the secrets that have none. */
  function joinOrStart(requested: readonly Requested[], ctx: CallContext, now: number): readonly Waiter[] {
    const requests = new Map<string, InflightRequest>();
    const toStart = new Map<string, Requested>();
    for (const each of requested) {
      const { key } = each.identity;
      const request = requests.get(key) ?? inflight.find(key, ctx.fresh);
      if (request) requests.set(key, request);
      if (request || toStart.has(key)) events.emit('coalesced', each.identity);
      else toStart.set(key, each);
    }
    if (toStart.size > 0) {
      const starting = [...toStart.values()];
      for (const { identity } of starting) {
        events.emit(ctx.fresh || entries.peek(identity.key) ? 'refresh' : 'miss', identity);
      }
      const oneAttempt = !ctx.fresh && starting.every((each) => memory.hasFallback(each, now));
      // Nothing else of this reader's context: other readers join.
      const started = inflight.start(
        starting,
        oneAttempt ? { maxAttempts: 1 } : ctx.fresh ? { fresh: true } : {},
      );
      for (const request of started) requests.set(request.identity.key, request);
    }
    return requested.map(({ identity, ref }) => {
      const request = requests.get(identity.key) as InflightRequest; // there is one for each now
      return { request, ref };
    });
  }

  function refreshInBackground(requested: readonly Requested[]): void {
    const stale = requested.filter(({ identity }) => !inflight.find(identity.key));
    if (stale.length === 0) return;
    const once = [...new Map(stale.map((each) => [each.identity.key, each])).values()];
    for (const { identity } of once) events.emit('refresh', identity);
    const [first] = inflight.start(once, { maxAttempts: 1 });
    first?.call.join(); // never left: the refresh goes on when other readers leave
  }

  /** Waits for an answer to each. A reader whose deadline has passed starts no call. */
  function fetchAll(
    requested: readonly Requested[],
    ctx: CallContext,
    now: number,
  ): Promise<readonly Answer[]> {
    if (ctx.deadline !== undefined && ctx.deadline <= now) {
      return Promise.resolve(requested.map(({ ref }) => deadlinePassed(ref)));
    }
    return waitFor(joinOrStart(requested, ctx, now), ctx, clock.read);
  }

  function fetchOne(requested: Requested, ctx: CallContext, now: number): Promise<Answer> {
    const canLeave = ctx.signal !== undefined || ctx.deadline !== undefined;
    const request = canLeave ? undefined : inflight.find(requested.identity.key, ctx.fresh);
    if (!request) return fetchAll([requested], ctx, now).then(([answer]) => answer);
    events.emit('coalesced', requested.identity);
    request.call.join();
    return request.answer;
  }

  return {
    async read(requested, ctx) {
      const now = clock.read();
      const found = requested.map((each) => fromMemory(each, ctx, now));
      refreshInBackground(requested.filter((_, at) => found[at]?.refresh));
      const missing = requested.filter((_, at) => !found[at]);
      if (missing.length === 0) return found.map((each) => each?.answer);
      const fetched = (await fetchAll(missing, ctx, now)).values();
      const answers = requested.map((each, at) => {
        const { answer } = found[at] ?? { answer: memory.orStale(each, fetched.next().value, ctx.fresh) };
        return answer;
      });
      return answers.length > 1 ? answers.map(unlessExpired) : answers; // one may expire during the wait for others
    },

    readOne(requested, ctx) {
      const now = clock.read();
      const found = fromMemory(requested, ctx, now);
      if (found?.refresh) refreshInBackground([requested]);
      if (found) return Promise.resolve(found.answer).then(secretOrThrow);
      return fetchOne(requested, ctx, now).then((answer) =>
        secretOrThrow(memory.orStale(requested, answer, ctx.fresh)),
      );
    },
  };

  function unlessExpired(answer: Answer): Answer {
    return isSecret(answer) && hasExpired(answer, clock.read()) ? undefined : answer;
  }
}

function secretOrThrow(answer: Answer): Secret | undefined {
  if (isSecretError(answer)) throw answer;
  return answer;
}
