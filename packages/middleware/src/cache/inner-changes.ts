import { checkAnswer, ignoreErrors } from '@secretkit/core/middleware';
import { hasExpired, type Secret, type SecretProvider } from '@secretkit/core/provider';
import type { MemoryChange } from './changes.js';
import type { Identity } from './identity.js';
import type { Inflight } from './inflight.js';
import type { Invalidation } from './invalidation.js';
import type { CacheState } from './state.js';

/**
 * Follows the changes that the wrapped provider reports, such as those of a watched folder, and passes each on once. Returns
 * the function that ends it.
 */
export function followInner(
  { memory }: SecretProvider,
  { entries, negativeEntries, lateWrites, changes, clock, settings }: CacheState,
  inflight: Inflight,
  {
    invalidate,
    forgetVersions,
    identify,
  }: Invalidation & { readonly identify: (ref: Identity['ref']) => Identity },
): () => void {
  function follow(change: MemoryChange): void {
    if ('invalidate' in change) {
      invalidate(change.invalidate);
      changes.forward(change);
      return;
    }
    const { ref } = change;
    const secret = checkAnswer(change.secret, {}); // a middleware may report anything
    if (!secret) return;
    const identity = identify(ref);
    const { key } = identity;
    const now = clock.now();
    const held = entries.peek(key);
    const calls = inflight.detach(key); // they may have read the previous value
    negativeEntries.delete(key);
    forgetVersions(key); // none, if the ref has a version
    if (!isNewer(secret, held?.secret, now.wallMs)) {
      entries.delete(key);
      return;
    }
    const previous = held?.secret ?? changes.takeRemoved(key);
    if ((held || calls.length > 0) && !lateWrites.mayChange(identity, now.monotonicMs)) {
      // The change may be the answer to one of these calls, which is as old as its start.
      const startedAt = Math.min(now.monotonicMs, ...calls.map((call) => call.startedAt));
      entries.store(identity, secret, { startedAt, random: settings.random() }, now);
    } else {
      changes.recordRemoved(identity, secret); // a read of the same value reports no second change
    }
    changes.report(ref, secret, previous ?? 'unknown');
  }

  const listener = (change: MemoryChange): void => ignoreErrors(() => follow(change));
  const stop = ignoreErrors(() => memory?.subscribe?.(listener));
  return () => ignoreErrors(() => stop?.());
}

function isNewer(secret: Secret, held: Secret | undefined, wallMs: number): boolean {
  if (hasExpired(secret, wallMs) || secret.staleSince) return false;
  const [createdAt, heldCreatedAt] = [secret.createdAt, held?.createdAt];
  return !createdAt || !heldCreatedAt || createdAt >= heldCreatedAt;
}
