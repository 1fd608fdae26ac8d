import type { SecretProvider } from '@secretkit/core/provider';
import { type FakeSecrets, fakeSecrets } from './fakes/fake-secrets.js';
import { type FaultName, faultCodes } from './fault-codes.js';
import type { Fixture, Harness } from './harness.js';

/** One for each code that a backend's failure may have. */
const faults: readonly FaultName[] = [
  'unauthorized',
  'forbidden',
  'rateLimited',
  'serverError',
  'conflict',
  'wrongShape',
  'foreign',
];

/** A harness for a provider that is made of, or around, a fake one. */
export function fakeHarness(providerOf: (fake: FakeSecrets) => SecretProvider): Harness {
  return {
    facts: { scopes: ['account', 'user'], expiryResolutionMs: 1, faults, hangs: true },
    open() {
      const fake = fakeSecrets();
      return fixtureOf(fake, providerOf(fake));
    },
  };
}

// A change by the back door is followed by an invalidation: without one, a cache may answer with what was true before.
function fixtureOf(fake: FakeSecrets, provider: Fixture['provider']): Fixture {
  const { clock, calls, pending, hang } = fake;
  return {
    provider,
    now: clock.now,
    advance: clock.advance,
    calls: () => calls(),
    pending,
    hang,
    async put(ref, value, expiresAt) {
      await fake.put(ref, value, expiresAt);
      provider.invalidate?.(ref);
    },
    async remove(ref) {
      await fake.remove(ref);
      provider.invalidate?.(ref);
    },
    fault(name) {
      const [code] = faultCodes[name];
      fake.fail(name === 'foreign' ? new Error('the store said: CANARY-not-a-real-secret') : code);
    },
  };
}
