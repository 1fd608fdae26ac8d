import { createSecrets } from '@secretkit/core';
import type { Capability, SecretProvider } from '@secretkit/core/provider';
import type { Bench } from './case.js';
import { providerCases } from './cases/provider-cases.js';
import { checkFixture, checkHarness } from './check-harness.js';
import type { Harness } from './harness.js';
import { type Trial, trialOf } from './trial.js';

/** Everything that a provider is asked, and what it turned out to be able to do. */
export interface ProviderTrials {
  readonly trials: readonly Trial[];
  /** Known once a trial has been run. */
  readonly capabilities: () => readonly Capability[];
}

export function providerTrials(harness: Harness, idPrefix = ''): ProviderTrials {
  checkHarness(harness);
  const { facts, open } = harness;
  let found: readonly Capability[] = [];

  async function withBench(run: (bench: Bench) => Promise<void>): Promise<void> {
    const fixture = await open();
    checkFixture(fixture, facts);
    const secrets = createSecrets(fixture.provider);
    found = capabilitiesOf(fixture.provider);
    try {
      await run({ ...fixture, facts, secrets });
    } finally {
      await secrets.close().finally(() => fixture.close?.());
    }
  }

  return {
    trials: providerCases(facts).map((each) => trialOf(each, withBench, idPrefix)),
    capabilities: () => found,
  };
}

function capabilitiesOf(provider: SecretProvider): Capability[] {
  return (['getMany', 'list', 'set', 'delete'] as const).filter((capability) => provider[capability]);
}
