import { describeProvider, fakeHarness, providerKinds, saveReports } from '@secretkit/conformance';
import { fallback } from '@secretkit/middleware/fallback';
import { fakeSecrets } from '@secretkit/testing';
import { describe, it } from 'vitest';

const onReport = saveReports(new URL('../../../../.cache/conformance/', import.meta.url));

for (const [kind, providerOf] of Object.entries(providerKinds)) {
  const harness = fakeHarness((fake) =>
    fallback(providerOf(fake), providerOf(fakeSecrets({ clock: fake.clock }))),
  );
  describeProvider(`fallback, ${kind}`, harness, { describe, it }, { onReport });
}

const second = fakeHarness((fake) => fallback(fakeSecrets({ clock: fake.clock }).provider, fake.provider));
describeProvider('fallback, found in the second', second, { describe, it }, { onReport });
