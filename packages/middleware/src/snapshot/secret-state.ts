import type { InvalidateTarget, SecretErrorCode } from '@secretkit/core/provider';
import { covers, type Identity } from '../cache/identity.js';

/** What this process knows about one secret, never its value. */
export interface SecretState {
  readonly identity: Identity;
  /** No older record is served, in epoch milliseconds. */
  newestMs: number;
  /** Grows when the record is deleted: an answer that was read before must not be kept. */
  epoch: number;
  /** The dates of the record, as far as this process knows. */
  record: RecordDates | undefined;
  /** The failures since the backend last answered. */
  failures: number;
  failure: { readonly code: SecretErrorCode; readonly at: Date } | undefined;
  /** Until when the record is served without a call, in monotonic milliseconds. */
  cooldownUntil: number;
}

/** The dates of a record, and never its value. */
export interface RecordDates {
  readonly fetchedAtMs: number;
  readonly expiresAtMs: number | undefined;
  readonly version: string | undefined;
}

export interface SecretStates {
  of(identity: Identity): SecretState;
  peek(key: string): SecretState | undefined;
  /** Marks those that an invalidation covers, and all that are not known yet. */
  invalidate(target: InvalidateTarget | undefined, nowMs: number): void;
  /** How many secrets are served without a call now. */
  cooldowns(monotonicMs: number): number;
}

/** The most secrets that a process has in mind; the least recently used one is forgotten. */
export const maxStates = 10_000;

export function secretStates(): SecretStates {
  const states = new Map<string, SecretState>(); // the least recently used one is the first
  let newestMs = Number.NEGATIVE_INFINITY;

  return {
    of(identity) {
      const known = states.get(identity.key);
      const state = known ?? {
        identity,
        newestMs,
        epoch: 0,
        record: undefined,
        failures: 0,
        failure: undefined,
        cooldownUntil: Number.NEGATIVE_INFINITY,
      };
      if (known) states.delete(identity.key);
      states.set(identity.key, state);
      if (states.size > maxStates) {
        for (const key of states.keys()) {
          states.delete(key);
          break;
        }
      }
      return state;
    },
    peek: (key) => states.get(key),
    invalidate(target, nowMs) {
      newestMs = nowMs + 1;
      for (const state of states.values()) if (covers(target, state.identity)) outdate(state, nowMs);
    },
    cooldowns: (monotonicMs) =>
      [...states.values()].filter((each) => monotonicMs < each.cooldownUntil).length,
  };
}

/** Neither a record from before, nor an answer to a read that started before, is served or kept. */
export function outdate(state: SecretState, nowMs: number): void {
  state.epoch += 1;
  state.newestMs = Math.max(state.newestMs, nowMs + 1);
  state.record = undefined;
  state.cooldownUntil = Number.NEGATIVE_INFINITY;
}
