import { errorRules, isSecret, isSecretError, type SecretError } from '@secretkit/core/provider';
import type { Now } from './clock.js';
import { servableMsOf, staleForMs } from './decide.js';
import type { Cooldown, Entry } from './entries.js';
import type { CallResult } from './inflight.js';
import { isDenial } from './negative-entries.js';
import type { CacheState } from './state.js';

/** The longest cooldown, as a multiple of the first one. */
const maxGrowth = 10;

/** Applies the answer of a backend call: it is stored, replaces a value, evicts it, or starts a cooldown. */
export function applyResult(state: CacheState, result: CallResult): void {
  const { entries, negativeEntries, lateWrites, changes } = state;
  const { identity, ref, answer, timing, now } = result;
  if (isSecretError(answer)) {
    applyFailure(state, result, answer);
  } else if (lateWrites.mayChange(identity, now.monotonicMs)) {
    negativeEntries.delete(identity.key);
    if (!answer) return;
    const previous = changes.takeRemoved(identity.key); // there is no entry since the write
    changes.recordRemoved(identity, answer);
    changes.report(ref, answer, previous);
  } else if (isSecret(answer)) {
    const held = entries.peek(identity.key);
    const previous = held?.secret ?? changes.takeRemoved(identity.key);
    negativeEntries.delete(identity.key);
    const entry = entries.store(identity, answer, timing, now);
    if (answer.staleSince) startCooldown(state, entry, held?.cooldown, now); // the backend failed further in
    changes.report(ref, answer, previous);
  } else {
    entries.delete(identity.key);
    negativeEntries.storeMissing(identity, now.monotonicMs);
  }
}

function applyFailure(state: CacheState, { identity, now }: CallResult, error: SecretError): void {
  const { entries, negativeEntries } = state;
  const { remembered, staleAllowed } = errorRules[error.code];
  if (remembered) {
    if (isDenial(error)) entries.delete(identity.key); // a revocation takes effect at once
    negativeEntries.storeDenied(identity, error, now.monotonicMs);
  }
  const entry = entries.peek(identity.key);
  if (staleAllowed && entry) startCooldown(state, entry, entry.cooldown, now, error);
}

/** Starts a cooldown of a value that can be served. */
function startCooldown(
  { settings }: CacheState,
  entry: Entry,
  previous: Cooldown | undefined,
  now: Now,
  { code, retryAfterMs }: Partial<Pick<SecretError, 'code' | 'retryAfterMs'>> = {},
): void {
  const { failureCooldownMs } = settings;
  if (staleForMs(entry, now) >= servableMsOf(settings)) {
    if (previous) entry.cooldown = { ...previous, until: Number.NEGATIVE_INFINITY }; // the failures are still in a row
    return;
  }
  const failures = (previous?.failures ?? 0) + 1;
  const wishedMs = retryAfterMs || failureCooldownMs * 2 ** Math.min(failures - 1, 30); // an outage may last for hours
  entry.cooldown = {
    failures,
    code,
    since: now.monotonicMs,
    until: now.monotonicMs + Math.min(wishedMs, failureCooldownMs * maxGrowth),
  };
}
