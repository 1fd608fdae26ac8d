import { markStale } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  isSecretError,
  refKey,
  type Secret,
  withFields,
} from '@secretkit/core/provider';
import type { Now } from './clock.js';
import { decide, isFresh, isHit, type ReadTerms, servableMsOf } from './decide.js';
import { type Entry, staleBoundOf } from './entries.js';
import type { Requested } from './identity.js';
import { negativeAnswer } from './negative-entries.js';
import { staleBoundsOf } from './options.js';
import { report } from './report.js';
import type { CacheState } from './state.js';
import { deadlinePassed, late } from './wait-for.js';

/** An answer that needs no wait. An object, since the answer itself may be `undefined`. */
export interface MemoryAnswer {
  readonly answer: Answer;
  /** Whether to refresh the value in the background (stale-while-revalidate). */
  readonly refresh?: boolean;
}

/** Answers from memory, as the law decides. */
export interface Lookup {
  /** Returns the answer to a read, if memory has one. A fresh read ends a cooldown, and the memory of a failure. */
  find(requested: Requested, terms: CallContext, now: Now): MemoryAnswer | undefined;
  /** Returns what a reader gets for the answer of a call: instead of a failure, the value in memory if that may be served. */
  orStale(requested: Requested, received: Answer | typeof late, terms: CallContext): Answer;
  /** Whether there is a value to serve if the call fails. */
  hasFallback(requested: Requested, now: Now): boolean;
}

export function createLookup({ entries, negativeEntries, clock, events, settings }: CacheState): Lookup {
  const bounds = staleBoundsOf(settings);
  const servableMs = servableMsOf(bounds);

  return { find, orStale, hasFallback };

  function find({ identity, ref }: Requested, terms: CallContext, now: Now): MemoryAnswer | undefined {
    const { key } = identity;
    const entry = entries.get(key);
    if (terms.fresh) {
      negativeEntries.delete(key);
      if (entry?.cooldown) entry.cooldown = { ...entry.cooldown, until: Number.NEGATIVE_INFINITY };
    }
    const isOnlyHit = entry !== undefined && isHit(entry, now.wallMs, terms); // which needs no second look
    const negative = isOnlyHit ? undefined : negativeEntries.read(key, now.monotonicMs);
    const decision = decide(entry, negative, now, terms, bounds);
    if (decision === 'refuse' && negative) {
      events.hit(identity);
      report(terms, 'hit', ref);
      return { answer: negativeAnswer(negative, ref) };
    }
    if (entry && decision !== 'wait') {
      const isFreshValue = isFresh(entry, now.wallMs);
      if (isFreshValue) events.hit(identity);
      report(terms, isFreshValue ? 'hit' : 'stale', ref, isFreshValue ? undefined : entry.cooldown?.code);
      return { answer: served(entry, now), refresh: decision === 'serve and refresh' };
    }
    if (entry && now.wallMs >= entry.expiresAt) entries.delete(key);
    return undefined;
  }

  function served(entry: Entry, now: Now): Secret {
    if (isFresh(entry, now.wallMs)) return entry.stamped();
    events.emit('stale', entry);
    return markStale(entry.stamped(), new Date(entry.freshUntil), staleBoundOf(entry, now, servableMs));
  }

  function orStale({ identity, ref }: Requested, received: Answer | typeof late, ctx: CallContext): Answer {
    const answer = received === late ? deadlinePassed(ref) : received;
    if (!isSecretError(answer)) return answer;
    const entry = entries.peek(identity.key);
    const now = clock.now();
    const failed: ReadTerms = { fresh: ctx.fresh ?? false, failure: answer.code };
    if (entry && decide(entry, undefined, now, failed, bounds) === 'serve') {
      report(ctx, isFresh(entry, now.wallMs) ? 'hit' : 'stale', ref, answer.code);
      return served(entry, now);
    }
    const isOwn = answer.ref !== undefined && refKey(answer.ref) === refKey(ref);
    return isOwn ? answer : withFields(answer, { ref }); // the reader that started the call used another ref
  }

  function hasFallback({ identity }: Requested, now: Now): boolean {
    return decide(entries.peek(identity.key), undefined, now, { failure: 'unavailable' }, bounds) === 'serve';
  }
}
