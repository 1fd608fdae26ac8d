import { fallback } from '@secretkit/middleware/fallback';
import { describe, it } from 'vitest';
import { describeProvider } from '../describe-provider.js';
import { fakeHarness } from '../fake-harness.js';
import { fakeSecrets } from '../fakes/fake-secrets.js';
import { kindsOfProvider } from '../kinds-of-provider.js';
import { saveReport } from './save-report.test-support.js';

for (const [kind, providerOf] of Object.entries(kindsOfProvider)) {
  const harness = fakeHarness((fake) =>
    fallback(providerOf(fake), providerOf(fakeSecrets({ clock: fake.clock }))),
  );
  describeProvider(`fallback, ${kind}`, harness, { describe, it }, { onReport: saveReport });
}

const second = fakeHarness((fake) => fallback(fakeSecrets({ clock: fake.clock }).provider, fake.provider));
describeProvider('fallback, found in the second', second, { describe, it }, { onReport: saveReport });
