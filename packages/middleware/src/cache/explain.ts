import { backendName } from '@secretkit/core/middleware';
import {
  errorRules,
  type MemoryExplanation,
  type MemoryState,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core/provider';
import type { CallRecord } from './call-record.js';
import { type Now, toWall } from './clock.js';
import { decide, isFresh, servableMsOf, staleForMs } from './decide.js';
import { type Entry, servableUntilOf } from './entries.js';
import type { Identity } from './identity.js';
import type { Inflight } from './inflight.js';
import type { NegativeEntry } from './negative-entries.js';
import { staleBoundsOf } from './options.js';
import type { CacheState } from './state.js';

/** Returns the function that explains, by the law, what a plain read of a ref would get now. It changes nothing. */
export function createExplain(
  { entries, negativeEntries, clock, settings }: CacheState,
  inflight: Inflight,
  next: SecretProvider,
  identify: (ref: SecretRef) => Identity,
  calls: CallRecord,
): (ref: SecretRef) => MemoryExplanation {
  const bounds = staleBoundsOf(settings);
  const servableMs = servableMsOf(bounds);
  const onlyBackend = backendName(next);

  return (ref) => {
    const { key, ref: full } = identify(ref);
    const now = clock.now();
    const inner = next.memory?.explain?.(ref) ?? { state: 'absent' };
    const asOf = new Date(now.wallMs);
    const { backend = onlyBackend, similar } = inner;
    const source = { layer: 'cache', asOf, backend, ...(similar !== undefined && { similar }) };
    const entry = entries.peek(key);
    const negative = negativeEntries.peek(key);
    const isInFlight = inflight.find(key, {}) !== undefined;
    const decision = decide(entry, negative, now, {}, bounds);
    if (decision === 'refuse' && negative) return { ...source, ...ofNegative(negative, now) };
    if (!entry || staleForMs(entry, now) >= servableMs) {
      const failing = isInFlight ? undefined : ofFailingBackend(calls, full, now);
      if (failing && inner.state === 'absent') return { ...source, state: 'absent', ...failing };
      return isInFlight ? { ...inner, state: 'refreshing' } : inner; // which the next read asks
    }
    return { ...source, state: stateOf(), ...ofEntry(entry, now, servableMs, inner) };

    function stateOf(): MemoryState {
      if (decision === 'serve') return entry && isFresh(entry, now.wallMs) ? 'fresh' : 'cooldown';
      return isInFlight ? 'refreshing' : 'stale';
    }
  };
}

/** Explains the next read of a secret that is not in memory, if its backend has failed since the last success. */
function ofFailingBackend(
  { unresolved }: CallRecord,
  { scope }: SecretRef,
  now: Now,
): Omit<MemoryExplanation, 'state'> | undefined {
  if (!unresolved || unresolved.account !== scope?.account) return undefined;
  const { code, at, refusedUntil = 0 } = unresolved; // after a rate limit, a first read is made at once
  const isAboutOneSecret = !errorRules[code].staleAllowed || code === 'invalid_data';
  if (isAboutOneSecret) return undefined;
  return {
    failure: { code, at },
    ...(refusedUntil > now.wallMs && { nextAttemptAt: new Date(refusedUntil) }),
  };
}

/** A value that arrived stale has its failure further in, where it may be servable for longer. */
function ofEntry(
  entry: Entry,
  now: Now,
  servableMs: number,
  inner: MemoryExplanation,
): Omit<MemoryExplanation, 'state'> {
  const { cooldown, cooldownUntil, secret } = entry;
  const { version } = secret;
  const softAt = now.monotonicMs + entry.freshUntil - now.wallMs;
  const nextAttempt = Math.max(softAt, cooldownUntil);
  const code = cooldown?.code;
  const failure = code ? { code, at: new Date(toWall(cooldown.since, now)) } : cooldown && inner.failure;
  const ownUntil = servableUntilOf(entry, now, servableMs);
  return {
    fetchedAt: new Date(toWall(entry.fetchedAt, now)),
    staleAt: new Date(entry.freshUntil),
    servableUntil: new Date(Math.max(ownUntil, Number(failure && inner.servableUntil) || 0)),
    ...(Number.isFinite(entry.expiresAt) && { expiresAt: new Date(entry.expiresAt) }),
    ...(version !== undefined && { version }),
    ...(nextAttempt > now.monotonicMs && { nextAttemptAt: new Date(toWall(nextAttempt, now)) }),
    ...(failure && { failure }),
  };
}

function ofNegative({ failure, until, waitMs }: NegativeEntry, now: Now): MemoryExplanation {
  const at = new Date(toWall(until - waitMs, now));
  return {
    state: failure ? 'denied' : 'missing',
    fetchedAt: at,
    nextAttemptAt: new Date(toWall(until, now)),
    ...(failure && { failure: { code: failure.code, at } }),
    ...(failure?.provider !== undefined && { backend: failure.provider }),
  };
}
