import type { InvalidateTarget, SecretErrorCode } from '@secretkit/core/provider';
import { covers, type Identity } from '../cache/identity.js';

/** What this process knows about one secret, never its value. */
export interface SecretState {
  readonly identity: Identity;
  /** No older answer is accepted, in epoch milliseconds. */
  newestMs: number;
  /** Grows with each invalidation. */
  epoch: number;
  /** A record from before the invalidation must not be the answer. */
  mustBeFresh: boolean;
  /** The failure of the process that read it last for the fleet. */
  failure: { readonly code: SecretErrorCode; readonly at: Date } | undefined;
  /** Until when nobody in the fleet asks for it, in epoch milliseconds. */
  cooldownUntilMs: number;
  /** The last answer that was shared, as far as this process knows. */
  shared: SharedFacts | undefined;
  /** Its keys in Redis, once they are known. */
  keys: SecretKeys | undefined;
}

/** The dates of an answer that other processes share, and never the answer. */
export interface SharedFacts {
  readonly isMissing: boolean;
  readonly fetchedAtMs: number;
  readonly softAtMs: number;
  readonly servableUntilMs: number;
  readonly expiresAtMs: number | undefined;
  readonly version: string | undefined;
}

/** The keys of a secret in Redis. */
export interface SecretKeys {
  /** The record and the lease. */
  readonly pair: readonly [string, string];
  /** The same by the other keys of the codec, which another half of a rolling deploy may use. */
  readonly others: readonly (readonly [string, string])[];
  /** Its name in messages, which has no principal. */
  readonly topic: string;
}

export interface SecretStates {
  of(identity: Identity): SecretState;
  peek(key: string): SecretState | undefined;
  byTopic(topic: string): SecretState | undefined;
  named(state: SecretState, keys: SecretKeys): void;
  /** Marks those that an invalidation covers, and all that are not known yet. Returns those that are known. */
  invalidate(target: InvalidateTarget | undefined): readonly SecretState[];
}

/** The most secrets that a process has in mind; the least recently used one is forgotten. */
export const maxStates = 10_000;

export function secretStates(): SecretStates {
  const states = new Map<string, SecretState>(); // the least recently used one is the first
  const topics = new Map<string, SecretState>();
  let isFreshAtFirst = false;

  return {
    of(identity) {
      const known = states.get(identity.key);
      const state = known ?? {
        identity,
        newestMs: Number.NEGATIVE_INFINITY,
        epoch: 0,
        mustBeFresh: isFreshAtFirst,
        failure: undefined,
        cooldownUntilMs: Number.NEGATIVE_INFINITY,
        shared: undefined,
        keys: undefined,
      };
      if (known) states.delete(identity.key);
      states.set(identity.key, state);
      if (states.size > maxStates) {
        for (const [key, { keys }] of states) {
          states.delete(key);
          if (keys) topics.delete(keys.topic);
          break;
        }
      }
      return state;
    },
    peek: (key) => states.get(key),
    byTopic: (topic) => topics.get(topic),
    named(state, keys) {
      state.keys = keys;
      topics.set(keys.topic, state);
    },
    invalidate(target) {
      if (!target || !('name' in target)) isFreshAtFirst = true;
      const covered = [...states.values()].filter(({ identity }) => covers(target, identity));
      for (const state of covered) outdate(state);
      return covered;
    },
  };
}

/** What is shared now must not answer a read that starts later. */
export function outdate(state: SecretState): void {
  state.epoch += 1;
  state.mustBeFresh = true;
  state.shared = undefined;
}
