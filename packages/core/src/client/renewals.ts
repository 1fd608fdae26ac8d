import type { SecretProvider } from '../provider.js';
import { refKey, type SecretRef } from '../ref.js';
import type { Secret } from '../secret.js';
import { sameValue } from './same-value.js';

/** Finds the value that took the place of one that was refused. */
export interface Renewals {
  /** Resolves with the value that is there now, or with nothing if that is no better. Never rejects. */
  renew(ref: SecretRef, refused: Secret): Promise<Secret | undefined>;
}

interface Refusal {
  readonly secret: Secret;
  readonly until: number;
}

const maxRefusals = 1_000;

/**
 * @param cooldownMs - For how long the store is not asked again about a value that is refused and still the one it holds.
 */
export function renewals(stack: SecretProvider, now: () => number, cooldownMs: number): Renewals {
  const underWay = new Map<string, Promise<Secret | undefined>>();
  const refusals = new Map<string, Refusal>();

  // Somebody else may have refreshed it meanwhile; only if not is the store asked.
  async function current(ref: SecretRef, refused: Secret): Promise<Secret | undefined> {
    try {
      const kept = await stack.get(ref, {});
      return kept && !sameValue(kept, refused) ? kept : await stack.get(ref, { fresh: true });
    } catch {
      return undefined; // the caller has the failure that began it
    }
  }

  return {
    async renew(ref, refused) {
      const key = refKey(stack.canonical?.(ref) ?? ref);
      const known = refusals.get(key);
      if (known && now() < known.until && sameValue(known.secret, refused)) return undefined;
      let search = underWay.get(key);
      if (!search) {
        search = current(ref, refused).finally(() => underWay.delete(key));
        underWay.set(key, search);
      }
      const found = await search;
      if (found && !sameValue(found, refused)) return found;
      if (refusals.size >= maxRefusals) refusals.clear();
      refusals.set(key, { secret: refused, until: now() + cooldownMs });
      return undefined;
    },
  };
}
