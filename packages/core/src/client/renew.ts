import type { SecretProvider } from '../contract/provider.js';
import { refKey, type SecretRef } from '../contract/ref.js';
import { type Secret, sameValue } from '../contract/secret.js';
import { ignoreErrors } from '../kernel/injected.js';
import { isolatesRequests } from '../kernel/runtime.js';

/** Resolves with the value that replaced a refused one, or with `undefined` if the store has no other. Never rejects. */
export type Renew = (ref: SecretRef, refused: Secret) => Promise<Secret | undefined>;

const maxRefusals = 1_000;

/** Returns a `renew` that does not ask the store again, for `cooldownMs`, about a value that it had no other for. */
export function renewOf(stack: SecretProvider, now: () => number, cooldownMs: number): Renew {
  const shares = !isolatesRequests();
  const inFlight = new Map<string, { refused: Secret; found: Promise<Secret | undefined> }>();
  const refusals = new Map<string, { refused: Secret; at: number }>(); // while the store had no other value

  async function search(key: string, ref: SecretRef, refused: Secret): Promise<Secret | undefined> {
    const found = await stack.get(ref, { fresh: true }).catch(() => undefined); // the caller has the first failure
    refusals.delete(key);
    if (found && !sameValue(found, refused)) return found;
    const [oldest] = refusals.keys();
    if (oldest !== undefined && refusals.size >= maxRefusals) refusals.delete(oldest);
    refusals.set(key, { refused, at: now() });
    return undefined;
  }

  function isCoolingDown(key: string, value: Secret): boolean {
    const refusal = refusals.get(key);
    if (!refusal || !sameValue(refusal.refused, value)) return false;
    const elapsedMs = now() - refusal.at;
    return elapsedMs >= 0 && elapsedMs < cooldownMs; // a clock that is set back lengthens no cooldown
  }

  return async (ref, refused) => {
    const cached = ignoreErrors(() => stack.memory?.cached?.(ref)(false)?.secret);
    if (cached && !sameValue(cached, refused)) return cached; // another caller has refreshed it
    const key = refKey(ignoreErrors(() => stack.canonical?.(ref)) ?? ref);
    const other = inFlight.get(key);
    if (other && sameValue(other.refused, refused)) return other.found;
    if (isCoolingDown(key, refused)) return undefined;
    const own = { refused, found: search(key, ref, refused) };
    if (shares) inFlight.set(key, own);
    const found = await own.found;
    if (inFlight.get(key) === own) inFlight.delete(key);
    return found;
  };
}
