import { createSecrets, type Secrets } from '@secretkit/core';
import { seal } from '@secretkit/core/provider';
import { type CacheOptions, cache } from '../src/cache/index.js';
import { type HeldBackend, heldBackend } from './held-backend.js';

/** When the clock of a plain cache starts, in epoch milliseconds. */
export const start = 1_700_000_000_000;

/** No jitter, no refresh ahead of the expiry, no stale values, no negative caching. */
const plain = {
  ttlMs: 60_000,
  jitter: 0,
  refreshAheadMs: 0,
  staleIfErrorMs: 0,
  negativeTtlMs: 0,
  denialTtlMs: 0,
} as const satisfies CacheOptions;

/** A cache with a ttl of a minute and nothing else, around a held backend, with a clock that the test moves. */
export interface PlainCache {
  readonly clock: { ms: number };
  readonly backend: HeldBackend;
  readonly stack: HeldBackend['provider'];
  readonly secrets: Secrets<HeldBackend['provider']>;
}

export function plainCache(options: CacheOptions = {}): PlainCache {
  const clock = { ms: start };
  const backend = heldBackend();
  const stack = cache({ ...plain, now: () => clock.ms, ...options })(backend.provider);
  return { clock, backend, stack, secrets: createSecrets(stack) };
}

/** Reads a secret that is not in memory, so that it is. */
export async function warm(
  { secrets, backend }: PlainCache,
  name: string,
  value: string,
  expiresAt?: Date,
): Promise<void> {
  const read = secrets.get(name);
  await backend.call(backend.calls.length - 1).answer(seal(value, { expiresAt }));
  await read;
}
