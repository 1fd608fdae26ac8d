import type { ProviderCase, TestContext } from '../case.js';
import { expectThat } from '../failure.js';
import { expectValue } from '../outcome.js';

const name = 'conformance-held';

/** Holds of leased credentials. A provider without leases has no `hold`, and nothing to prove. */
export const holding: readonly ProviderCase[] = [
  {
    id: 'holding/twice',
    title: 'a hold can be ended twice, and ends no other hold',
    why: 'a pool that closes twice must not revoke the credential of another pool',
    async run(context) {
      const { provider, put } = context;
      await put({ name }, 'value');
      const version = await currentVersion(context);
      const [first, second] = [provider.hold?.({ name }, version), provider.hold?.({ name }, version)];
      if (!first || !second) return;
      first[Symbol.dispose]();
      first[Symbol.dispose]();
      await expectLease(context, version);
      second[Symbol.dispose]();
      second[Symbol.dispose]();
    },
  },
  {
    id: 'holding/plain-get',
    title: 'a credential that a plain get has returned is not revoked when its last hold ends',
    why: 'its reader may still use it',
    async run(context) {
      const { provider, put } = context;
      await put({ name }, 'value');
      const version = await currentVersion(context);
      provider.hold?.({ name }, version)[Symbol.dispose]();
      if (provider.hold) await expectLease(context, version);
    },
  },
];

async function currentVersion({ provider }: TestContext): Promise<string> {
  const secret = await provider.get({ name }, {});
  if (!provider.hold) return '';
  expectThat(secret?.version !== undefined, 'a value with its version, to hold it', 'none');
  return secret?.version ?? '';
}

async function expectLease({ provider, isRevoked }: TestContext, version: string): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 1); // a revocation may start later
  });
  expectThat(!(await isRevoked?.({ name }, version)), 'the credential to be valid', 'a revoked one');
  await expectValue(() => provider.get({ name }, {}), 'value');
}
