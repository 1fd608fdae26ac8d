import { backendName, ignoreErrors } from '@secretkit/core/middleware';
import type { MemoryExplanation, MemoryState, SecretProvider, SecretRef } from '@secretkit/core/provider';
import type { Identity } from '../cache/identity.js';
import type { LateWrites } from '../cache/late-writes.js';
import type { Clocks } from '../shared/clocks.js';
import type { GuardSnapshot } from './guard.js';
import type { Reads } from './reads.js';
import type { SecretState, SecretStates, SharedFacts } from './secret-state.js';

/**
 * Returns the function that explains what a plain read would get now, as far as this process knows: it asks neither Redis nor
 * the other processes.
 */
export function createExplain(
  next: SecretProvider,
  identify: (ref: SecretRef) => Identity,
  states: SecretStates,
  lateWrites: LateWrites,
  reads: Pick<Reads, 'isAround'>,
  redis: () => GuardSnapshot['redis'],
  { wallMs, monotonicMs }: Clocks,
): (ref: SecretRef) => MemoryExplanation {
  const backend = backendName(next);

  return (ref) => {
    const inner = next.memory?.explain?.(ref) ?? { state: 'absent' as const };
    const state = ignoreErrors(() => states.peek(identify(ref).key));
    if (!state || inner.state !== 'absent') return inner;
    const nowMs = wallMs();
    const failure = inner.failure ?? state.failure;
    const isBypassed = redis() === 'down' || reads.isAround();
    const mustAsk = isBypassed || state.mustBeFresh || lateWrites.mayChange(state.identity, monotonicMs());
    const own = mustAsk || !state.shared ? undefined : stateOf(state.shared, state, nowMs);
    if (!own || !state.shared) {
      const isStopped = !isBypassed && state.cooldownUntilMs > nowMs;
      return {
        ...inner,
        ...(failure && { failure }),
        ...(isStopped && { nextAttemptAt: new Date(state.cooldownUntilMs) }),
      };
    }
    const place = { layer: 'sharedCache', asOf: new Date(nowMs), backend: inner.backend ?? backend };
    return { ...place, state: own, ...datesOf(state.shared, state, nowMs), ...(failure && { failure }) };
  };
}

function stateOf(
  { isMissing, softAtMs, servableUntilMs }: SharedFacts,
  { cooldownUntilMs }: SecretState,
  nowMs: number,
): MemoryState | undefined {
  if (nowMs < softAtMs) return isMissing ? 'missing' : 'fresh';
  if (isMissing || nowMs >= servableUntilMs) return undefined;
  return nowMs < cooldownUntilMs ? 'cooldown' : 'stale';
}

function datesOf(shared: SharedFacts, { cooldownUntilMs }: SecretState, nowMs: number) {
  const { fetchedAtMs, softAtMs, servableUntilMs, expiresAtMs, version, isMissing } = shared;
  const nextAttemptMs = Math.max(softAtMs, cooldownUntilMs);
  return {
    fetchedAt: new Date(fetchedAtMs),
    ...(!isMissing && { staleAt: new Date(softAtMs), servableUntil: new Date(servableUntilMs) }),
    ...(expiresAtMs !== undefined && { expiresAt: new Date(expiresAtMs) }),
    ...(version !== undefined && { version }),
    ...(nextAttemptMs > nowMs && { nextAttemptAt: new Date(nextAttemptMs) }),
  };
}
