import { type MonotonicClock } from '@secretkit/core/middleware';
import {
  type InvalidateTarget,
  type SecretError,
  type SecretRef,
  withFields,
} from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import { covers, type Identity } from './identity.js';

/** That there is no value, and why: missing, or denied. */
export interface Verdict {
  /** What every read is answered with meanwhile; `undefined`: there is no such secret. */
  readonly error: SecretError | undefined;
}

interface Remembered extends Verdict {
  readonly identity: Identity;
  /** On the time that never goes back. */
  readonly until: number;
}

/** What the backend has said of secrets that have no value. They have room of their own, and push out no value. */
export interface Verdicts {
  find(key: string, now: number): Verdict | undefined;
  remember(identity: Identity, error: SecretError | undefined, forMs: number, now: number): void;
  forget(key: string): void;
  forgetCovered(target: InvalidateTarget | undefined): void;
}

export function verdicts(maxEntries: number, clock: MonotonicClock): Verdicts {
  const lru = new LRUCache<string, Remembered>({ max: maxEntries });
  return {
    find(key, now) {
      const verdict = lru.get(key);
      if (!verdict || now + clock.offsetMs < verdict.until) return verdict;
      lru.delete(key);
      return undefined;
    },
    remember(identity, error, forMs, now) {
      if (forMs > 0) lru.set(identity.key, { identity, error, until: now + clock.offsetMs + forMs });
    },
    forget(key) {
      lru.delete(key);
    },
    forgetCovered(target) {
      for (const { identity } of [...lru.values()]) if (covers(target, identity)) lru.delete(identity.key);
    },
  };
}

/** The verdict as the answer to one read: a new error each time, about the ref that was asked for. */
export function answerOf({ error }: Verdict, ref: SecretRef): SecretError | undefined {
  return error && withFields(error, { ref });
}
