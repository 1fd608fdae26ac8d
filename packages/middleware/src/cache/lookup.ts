import { markStale } from '@secretkit/core/middleware';
import { type Answer, errorRules, isSecretError, refKey, withFields } from '@secretkit/core/provider';
import type { Entry } from './entry.js';
import type { Requested } from './identity.js';
import { negativeAnswer } from './negative-entries.js';
import type { CacheState } from './state.js';

/** An answer that needs no wait. An object, since the answer itself may be `undefined`. */
export interface MemoryAnswer {
  readonly answer: Answer;
  /** Whether to refresh the value in the background (stale-while-revalidate). */
  readonly refresh?: boolean;
}

/** Answers from memory: fresh values, stale ones within their bounds, and negative entries. */
export interface Lookup {
  /** Returns the answer to a read that is not fresh, if memory has one. */
  find(requested: Requested, now: number): MemoryAnswer | undefined;
  /** Whether there is a value to serve if the backend fails (stale-if-error). */
  hasFallback(requested: Requested, now: number): boolean;
  /** Returns what a reader gets for the answer of a call: instead of a failure, the value in memory if that may be served. */
  orStale(requested: Requested, answer: Answer, fresh: boolean | undefined): Answer;
  /** Ends the cooldown and forgets the negative entry: a fresh read calls the backend in any case. */
  forgetFailures(requested: Requested): void;
}

export function createLookup({ entries, negativeEntries, clock, events, settings }: CacheState): Lookup {
  const { staleWhileRevalidateMs, staleIfErrorMs } = settings;
  const servableMs = Math.max(staleWhileRevalidateMs, staleIfErrorMs);

  function stale(entry: Entry, staleForMs: number, now: number): Answer {
    events.emit('stale', entry);
    return markStale(entry.secret, new Date(now - staleForMs));
  }

  return {
    find({ identity, ref }, now) {
      const entry = entries.get(identity.key);
      if (entry && entries.isFresh(entry, now)) {
        events.emit('hit', identity);
        return { answer: entry.secret };
      }
      const negative = negativeEntries.find(identity.key, now);
      if (negative) {
        events.emit('hit', identity);
        return { answer: negativeAnswer(negative, ref) };
      }
      if (!entry) return undefined;
      const staleForMs = entries.staleForMs(entry, now);
      if (staleForMs === Number.POSITIVE_INFINITY) entries.delete(identity.key);
      const isCoolingDown = entry.cooldown !== undefined && now + clock.offsetMs < entry.cooldown.until;
      if (staleForMs >= (isCoolingDown ? servableMs : staleWhileRevalidateMs)) return undefined;
      return { answer: stale(entry, staleForMs, now), refresh: !isCoolingDown };
    },

    hasFallback({ identity }, now) {
      const entry = entries.peek(identity.key);
      return entry !== undefined && entries.staleForMs(entry, now) < staleIfErrorMs;
    },

    orStale({ identity, ref }, answer, fresh) {
      if (!isSecretError(answer)) return answer;
      const entry = errorRules[answer.code].staleAllowed && !fresh ? entries.peek(identity.key) : undefined;
      if (entry) {
        const now = clock.read();
        if (entries.isFresh(entry, now)) return entry.secret; // another request refreshed it
        const staleForMs = entries.staleForMs(entry, now);
        if (staleForMs < staleIfErrorMs) return stale(entry, staleForMs, now);
      }
      const isOwn = answer.ref !== undefined && refKey(answer.ref) === refKey(ref);
      return isOwn ? answer : withFields(answer, { ref }); // the reader that started the call used another ref
    },

    forgetFailures({ identity }) {
      negativeEntries.delete(identity.key);
      const cooldown = entries.peek(identity.key)?.cooldown;
      if (cooldown) cooldown.until = Number.NEGATIVE_INFINITY;
    },
  };
}
