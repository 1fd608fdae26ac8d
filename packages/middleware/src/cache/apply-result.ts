import { errorRules, isSecret, isSecretError, type SecretError } from '@secretkit/core/provider';
import { staleForMs } from './decide.js';
import type { CallResult } from './inflight.js';
import { isDenial } from './negative-entries.js';
import type { CacheState } from './state.js';

/** The longest cooldown, as a multiple of the first one. */
const maxGrowth = 10;

/** Applies the answer of a backend call: it is stored, replaces a value, evicts it, or starts a cooldown. */
export function applyResult(state: CacheState, result: CallResult): void {
  const { entries, negativeEntries, changes } = state;
  const { identity, ref, answer, timing, now } = result;
  if (isSecretError(answer)) {
    applyFailure(state, result, answer);
  } else if (isSecret(answer)) {
    const previous = entries.peek(identity.key)?.secret ?? changes.takeRemoved(identity.key);
    negativeEntries.delete(identity.key);
    entries.store(identity, answer, timing, now);
    changes.report(ref, answer, previous);
  } else {
    entries.delete(identity.key);
    negativeEntries.storeMissing(identity, now.monotonicMs);
  }
}

function applyFailure(
  { entries, negativeEntries, settings }: CacheState,
  { identity, now }: CallResult,
  error: SecretError,
): void {
  const { remembered, staleAllowed } = errorRules[error.code];
  if (remembered) {
    if (isDenial(error)) entries.delete(identity.key); // a revocation takes effect at once
    negativeEntries.storeDenied(identity, error, now.monotonicMs);
  }
  const entry = entries.peek(identity.key);
  const { staleWhileRevalidateMs, staleIfErrorMs, failureCooldownMs } = settings;
  const servableMs = Math.max(staleWhileRevalidateMs, staleIfErrorMs);
  if (!staleAllowed || !entry || staleForMs(entry, now) >= servableMs) return;
  const failures = (entry.cooldown?.failures ?? 0) + 1;
  const wishedMs = error.retryAfterMs || failureCooldownMs * 2 ** Math.min(failures - 1, 30); // an outage may last for hours
  entry.cooldown = {
    failures,
    until: now.monotonicMs + Math.min(wishedMs, failureCooldownMs * maxGrowth),
  };
}
