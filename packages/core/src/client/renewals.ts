import type { SecretProvider } from '../provider.js';
import { refKey, type SecretRef } from '../ref.js';
import type { Secret } from '../secret.js';
import { sameValue } from './same-value.js';

/** Finds the value that took the place of one that was refused. */
export interface Renewals {
  /** Resolves with the value that is there now, or with nothing if that is no better. Never rejects. */
  renew(ref: SecretRef, refused: Secret): Promise<Secret | undefined>;
}

/** A search for a better value than this one. */
interface Search {
  readonly refused: Secret;
  readonly found: Promise<Secret | undefined>;
}

/** That a value was refused, and the store had no better one. */
interface Refusal {
  readonly refused: Secret;
  readonly at: number;
}

const maxRefusals = 1_000;

/** @param cooldownMs - For how long the store is not asked again about a value that it had no better one for. */
export function renewals(stack: SecretProvider, now: () => number, cooldownMs: number): Renewals {
  const underWay = new Map<string, Search>();
  const refusals = new Map<string, Refusal>();

  async function search(key: string, ref: SecretRef, refused: Secret): Promise<Secret | undefined> {
    const found = await stack.get(ref, { fresh: true }).catch(() => undefined); // the caller has the failure that began it
    refusals.delete(key);
    if (found && !sameValue(found, refused)) return found;
    const [oldest] = refusals.keys();
    if (oldest !== undefined && refusals.size >= maxRefusals) refusals.delete(oldest);
    refusals.set(key, { refused, at: now() });
    return undefined;
  }

  /** What somebody else may have refreshed meanwhile. */
  function better(ref: SecretRef, refused: Secret): Secret | undefined {
    try {
      const kept = stack.peek?.(ref);
      return kept && !sameValue(kept, refused) ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  function rests(key: string, value: Secret): boolean {
    const refusal = refusals.get(key);
    if (!refusal || !sameValue(refusal.refused, value)) return false;
    const passedMs = now() - refusal.at;
    return passedMs >= 0 && passedMs < cooldownMs; // a clock that is set back lengthens no rest
  }

  return {
    async renew(ref, refused) {
      const kept = better(ref, refused);
      if (kept) return kept;
      const key = refKey(stack.canonical?.(ref) ?? ref);
      const other = underWay.get(key);
      if (other && sameValue(other.refused, refused)) return other.found;
      if (rests(key, refused)) return undefined;
      const own = { refused, found: search(key, ref, refused) };
      underWay.set(key, own);
      const found = await own.found;
      if (underWay.get(key) === own) underWay.delete(key);
      return found;
    },
  };
}
