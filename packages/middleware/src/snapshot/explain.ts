import { backendName, ignoreErrors } from '@secretkit/core/middleware';
import type { MemoryExplanation, SecretProvider, SecretRef } from '@secretkit/core/provider';
import type { Identity } from '../cache/identity.js';
import type { LateWrites } from '../cache/late-writes.js';
import type { Clocks } from '../shared/clocks.js';
import type { SecretStates } from './secret-state.js';

/** Returns the function that explains what a plain read would get now, as far as this process knows: it reads no record. */
export function createExplain(
  next: SecretProvider,
  identify: (ref: SecretRef) => Identity,
  states: SecretStates,
  lateWrites: LateWrites,
  maxAgeMs: number,
  { wallMs, monotonicMs }: Clocks,
): (ref: SecretRef) => MemoryExplanation {
  const onlyBackend = backendName(next);

  return (ref) => {
    const inner = next.memory?.explain?.(ref) ?? { state: 'absent' as const };
    const state = ignoreErrors(() => states.peek(identify(ref).key));
    if (!state?.record || inner.state !== 'absent') return inner;
    const { fetchedAtMs, expiresAtMs, version } = state.record;
    const [nowMs, monotonic] = [wallMs(), monotonicMs()];
    const servableUntilMs = Math.min(fetchedAtMs + maxAgeMs, expiresAtMs ?? Number.POSITIVE_INFINITY);
    if (nowMs >= servableUntilMs || lateWrites.mayChange(state.identity, monotonic)) return inner;
    const failure = inner.failure ?? state.failure;
    const cooldownMs = state.cooldownUntil - monotonic;
    const nextAttemptAt = cooldownMs > 0 ? new Date(nowMs + cooldownMs) : inner.nextAttemptAt;
    return {
      layer: 'snapshot',
      asOf: new Date(nowMs),
      backend: inner.backend ?? onlyBackend,
      state: nextAttemptAt ? 'cooldown' : 'stale',
      fetchedAt: new Date(fetchedAtMs),
      staleAt: new Date(fetchedAtMs),
      servableUntil: new Date(servableUntilMs),
      ...(expiresAtMs !== undefined && { expiresAt: new Date(expiresAtMs) }),
      ...(version !== undefined && { version }),
      ...(nextAttemptAt && { nextAttemptAt }),
      ...(failure && { failure }),
    };
  };
}
