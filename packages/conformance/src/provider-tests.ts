import { createSecrets } from '@secretkit/core';
import type { Capability } from '@secretkit/core/provider';
import { capabilitiesOf } from './capabilities.js';
import type { TestContext } from './case.js';
import { providerCases } from './cases/provider-cases.js';
import { checkFixture, checkHarness } from './check-harness.js';
import { type ConformanceTest, testOf } from './conformance-test.js';
import type { Harness } from './harness.js';

/** The tests of a provider, and its capabilities. */
export interface ProviderTests {
  readonly tests: readonly ConformanceTest[];
  /** Returns the capabilities of the provider; none before the first test has run. */
  readonly capabilities: () => readonly Capability[];
}

export function providerTests(harness: Harness, idPrefix = ''): ProviderTests {
  checkHarness(harness);
  const { traits, open } = harness;
  let found: readonly Capability[] = [];

  async function withContext(run: (context: TestContext) => Promise<void>): Promise<void> {
    const fixture = await open();
    checkFixture(fixture, traits);
    const secrets = createSecrets(fixture.provider);
    found = capabilitiesOf(fixture.provider);
    try {
      await run({ ...fixture, traits, secrets });
    } finally {
      await secrets.close().finally(() => fixture.close?.());
    }
  }

  return {
    tests: providerCases(traits).map((each) => testOf(each, withContext, idPrefix)),
    capabilities: () => found,
  };
}
