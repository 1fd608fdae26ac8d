import type { SecretProvider } from '@secretkit/core/provider';
import { type FakeSecrets, fakeSecrets } from '@secretkit/testing';
import { type FaultName, faultCodes } from './fault-codes.js';
import type { Fixture, Harness } from './harness.js';

/** One for each code that a backend's failure can have. */
const faults: readonly FaultName[] = [
  'unauthorized',
  'forbidden',
  'rateLimited',
  'serverError',
  'conflict',
  'wrongShape',
  'cutList',
  'foreign',
];

/**
 * Returns a harness for a provider that is built around a fake backend, such as a fallback of two providers. After each change
 * of the backend it calls `memory.invalidate`.
 *
 * @example
 * ```ts
 * import { describeProvider, fakeHarness } from '@secretkit/conformance';
 * import { fallback } from '@secretkit/middleware/fallback';
 * import { fakeSecrets } from '@secretkit/testing';
 * import { describe, it } from 'node:test';
 *
 * const harness = fakeHarness(({ provider, clock }) => fallback(provider, fakeSecrets({ clock }).provider));
 * describeProvider('fallback', harness, { describe, it });
 * ```
 */
export function fakeHarness(providerOf: (fake: FakeSecrets) => SecretProvider): Harness {
  return {
    traits: { scopes: ['account', 'user'], expiryResolutionMs: 1, faults, hangs: true },
    open() {
      const fake = fakeSecrets();
      return fixtureOf(fake, providerOf(fake));
    },
  };
}

// Without an invalidation, a cache may return the value from before the change.
function fixtureOf(fake: FakeSecrets, provider: Fixture['provider']): Fixture {
  const { clock, calls, pending, hang, loseWrite } = fake;
  return {
    provider,
    now: clock.now,
    advance: clock.advance,
    calls: () => calls(),
    pending,
    hang,
    loseWrite,
    async put(ref, value, expiresAt) {
      await fake.put(ref, value, expiresAt);
      provider.memory?.invalidate?.(ref);
    },
    async putBytes(ref, value) {
      await fake.put(ref, value);
      provider.memory?.invalidate?.(ref);
    },
    async remove(ref) {
      await fake.remove(ref);
      provider.memory?.invalidate?.(ref);
    },
    fault(name) {
      const [code] = faultCodes[name];
      fake.fail(name === 'foreign' ? new Error('the store said: CANARY-not-a-real-secret') : code);
    },
  };
}
