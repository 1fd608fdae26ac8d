import { ignoreErrors } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  hasExpired,
  isSecret,
  isSecretError,
  type Secret,
} from '@secretkit/core/provider';
import type { CallTerms, InflightRequest } from './backend-call.js';
import type { Now } from './clock.js';
import type { Requested } from './identity.js';
import type { Inflight } from './inflight.js';
import { createLookup } from './lookup.js';
import { report } from './report.js';
import type { CacheState } from './state.js';
import { late, waitFor } from './wait-for.js';

/** Reads of secrets without a fresh value in memory: from what else memory has, in-flight requests, or the backend. */
export interface Reads {
  /** Returns one answer for each, in order. Rejects only with the reason of the reader's own abort. */
  read(requested: readonly Requested[], ctx: CallContext): Promise<readonly Answer[]>;
  /** The same for one secret. There may be ten thousand at once, so it allocates little more than the promise. */
  readOne(requested: Requested, ctx: CallContext): Promise<Secret | undefined>;
}

interface Round {
  readonly answers: readonly Answer[];
  readonly ended: 'at once' | 'answered' | 'late';
}

/** How far the clocks of two caches may differ in the age of a value. */
const clockDifferenceMs = 1_000;

export function createReads(state: CacheState, inflight: Inflight): Reads {
  const { entries, clock, events, settings } = state;
  const memory = createLookup(state);

  function emit(
    type: 'coalesced' | 'refresh' | 'miss',
    { identity, ref }: Requested,
    ctx: CallContext,
  ): void {
    events.emit(type, identity);
    report(ctx, type, ref);
  }

  /** Joins the in-flight requests, and makes one call for the secrets that have none. */
  function joinOrStart(
    requested: readonly Requested[],
    ctx: CallContext,
    now: Now,
  ): readonly InflightRequest[] {
    const requests = new Map<string, InflightRequest>();
    const toStart = new Map<string, Requested>();
    for (const each of requested) {
      const { key } = each.identity;
      const request = requests.get(key) ?? inflight.find(key, ctx);
      if (request) requests.set(key, request);
      if (request || toStart.has(key)) emit('coalesced', each, ctx);
      else toStart.set(key, each);
    }
    if (toStart.size > 0) {
      const starting = [...toStart.values()];
      for (const each of starting) {
        emit(ctx.fresh || entries.peek(each.identity.key) ? 'refresh' : 'miss', each, ctx);
      }
      const { fresh = false } = ctx;
      const oneAttempt = !fresh && starting.every((each) => memory.hasFallback(each, now));
      // Nothing else of this reader's context: other readers join.
      const terms = {
        ...(fresh && { fresh }),
        ...(fresh ? maxAge(ctx.maxAgeMs) : youngerThanHeld(starting, now, ctx.maxAgeMs)),
        ...(oneAttempt && { maxAttempts: 1 }),
      };
      const isAwaited = !ctx.background || ctx.background.aborted;
      const started = inflight.start(starting, terms, isAwaited ? 'a reader' : 'a background reader');
      for (const request of started) requests.set(request.identity.key, request);
    }
    return requested.map(({ identity }) => requests.get(identity.key) as InflightRequest); // there is one for each now
  }

  /** A cache further in must not answer a refresh with the same copy, which is as old as the one here. */
  function youngerThanHeld(
    requested: readonly Requested[],
    { monotonicMs }: Now,
    maxAgeMs: number = Number.POSITIVE_INFINITY,
  ): CallTerms {
    const ages = requested
      .flatMap(({ identity }) => entries.peek(identity.key) ?? [])
      .map((entry) => {
        const ageMs = Math.max(0, monotonicMs - entry.fetchedAt);
        return Math.max(ageMs - clockDifferenceMs, ageMs / 2);
      });
    const smallest = Math.min(maxAgeMs, ...ages);
    return maxAge(Number.isFinite(smallest) ? smallest : undefined);
  }

  function refreshInBackground(requested: readonly Requested[], now: Now): void {
    const stale = requested.filter(({ identity }) => !inflight.find(identity.key, {}));
    if (stale.length === 0) return;
    const once = [...new Map(stale.map((each) => [each.identity.key, each])).values()];
    for (const { identity } of once) events.emit('refresh', identity);
    const requests = inflight.start(once, { ...youngerThanHeld(once, now), maxAttempts: 1 }, 'a refresh');
    const refreshed = Promise.all(requests.map(({ answer }) => answer)).then(() => undefined);
    ignoreErrors(() => settings.waitUntil?.(refreshed));
  }

  /** Waits for an answer to each. A reader whose deadline has passed starts no call. */
  function fetchAll(
    requested: readonly Requested[],
    ctx: CallContext,
    now: Now,
  ): Promise<readonly (Answer | typeof late)[]> {
    if (isLate(ctx)) return Promise.resolve(requested.map(() => late));
    return waitFor(joinOrStart(requested, ctx, now), ctx, clock.remainingMs);
  }

  function isLate({ deadline }: CallContext): boolean {
    return deadline !== undefined && clock.remainingMs(deadline) <= 0;
  }

  function fetchOne(requested: Requested, ctx: CallContext, now: Now): Promise<Answer | typeof late> {
    const canLeave = ctx.signal ?? ctx.deadline ?? ctx.background;
    const request = canLeave !== undefined ? undefined : inflight.find(requested.identity.key, ctx);
    if (!request) return fetchAll([requested], ctx, now).then(([answer]) => answer);
    emit('coalesced', requested, ctx);
    request.call.join();
    return request.answer;
  }

  /** Returns one answer for each, and whether the reader had to wait, or its deadline passed. */
  async function readRound(requested: readonly Requested[], ctx: CallContext): Promise<Round> {
    const now = clock.now();
    const found = requested.map((each) => memory.find(each, ctx, now));
    refreshInBackground(
      requested.filter((_, at) => found[at]?.refresh),
      now,
    );
    const missing = requested.filter((_, at) => !found[at]);
    if (missing.length === 0) return { answers: found.map((each) => each?.answer), ended: 'at once' };
    const fetched = await fetchAll(missing, ctx, now);
    const received = fetched.values();
    const answers = requested.map((each, at) => {
      const { answer } = found[at] ?? { answer: memory.orStale(each, received.next().value, ctx) };
      return answer;
    });
    return { answers, ended: fetched.includes(late) ? 'late' : 'answered' };
  }

  return {
    async read(requested, ctx) {
      const first = await readRound(requested, ctx);
      if (first.ended === 'at once') return first.answers;
      // An early answer may have expired during the wait for a late one: it is read again, once.
      const answers = [...first.answers];
      const readAgain = new Set<number>();
      for (let ended: Round['ended'] = first.ended; ; ) {
        const now = clock.now();
        const expired = answers.flatMap((answer, at) => (hasEnded(answer, now) ? [at] : []));
        const open = expired.filter((at) => !readAgain.has(at));
        if (open.length === 0 || ended === 'late' || isLate(ctx)) {
          for (const at of expired) answers[at] = undefined;
          return answers;
        }
        const next = await readRound(
          open.map((at) => requested[at] as Requested),
          ctx,
        ); // indexes of `requested`
        ({ ended } = next);
        for (const [i, at] of open.entries()) {
          readAgain.add(at);
          const answer = next.answers[i];
          answers[at] = ended === 'late' && isSecretError(answer, 'timeout') ? undefined : answer;
        }
      }
    },

    readOne(requested, ctx) {
      const now = clock.now();
      const found = memory.find(requested, ctx, now);
      if (found?.refresh) refreshInBackground([requested], now);
      if (found) return Promise.resolve(found.answer).then(secretOrThrow);
      return fetchOne(requested, ctx, now).then((answer) =>
        secretOrThrow(memory.orStale(requested, answer, ctx)),
      );
    },
  };
}

function maxAge(maxAgeMs: number | undefined): CallTerms {
  return maxAgeMs === undefined ? {} : { maxAgeMs };
}

function hasEnded(answer: Answer, { wallMs }: Now): boolean {
  return isSecret(answer) && hasExpired(answer, wallMs);
}

function secretOrThrow(answer: Answer): Secret | undefined {
  if (isSecretError(answer)) throw answer;
  return answer;
}
