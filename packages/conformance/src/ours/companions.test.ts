import type { SecretProvider, SecretRef } from '@secretkit/core/provider';
import { prefix } from '@secretkit/middleware/prefix';
import { readOnly } from '@secretkit/middleware/read-only';
import { rename } from '@secretkit/middleware/rename';
import { describe, it } from 'vitest';
import { describeProvider } from '../describe-provider.js';
import { fakeHarness } from '../fake-harness.js';
import type { Harness } from '../harness.js';
import { kindsOfProvider } from '../kinds-of-provider.js';
import { saveReport } from './save-report.test-support.js';

/** A provider around a provider, and what the backend calls a secret then. */
interface Companion {
  readonly around: (provider: SecretProvider) => SecretProvider;
  readonly inner: (name: string) => string;
  /** A secret of the backend that nobody outside can mean. */
  readonly hidden?: string;
  /** @defaultValue all */
  readonly kinds?: readonly string[];
}

const names = new Map([
  ['conformance-value', 'of-old'],
  ['conformance-a', 'a'],
  ['x', 'y'],
]);

const companions: Readonly<Record<string, Companion>> = {
  readOnly: { around: (provider) => readOnly(provider), inner: (name) => name },
  prefix: {
    around: (provider) => prefix(provider, 'app/'),
    inner: (name) => `app/${name}`,
    hidden: 'of-others',
  },
  'rename, by names': {
    around: (provider) => rename(provider, Object.fromEntries(names)),
    inner: (name) => names.get(name) ?? name,
  },
  'rename, by functions': {
    around: (provider) =>
      rename(
        provider,
        (name) => `${name}.v1`,
        (name) => (name.endsWith('.v1') ? name.slice(0, -3) : undefined),
      ),
    inner: (name) => `${name}.v1`,
    hidden: 'of-others',
    kinds: ['every'],
  },
};

/** What is put by the back door is put under the backend's names. */
function harnessOf(
  { around, inner, hidden }: Companion,
  providerOf: (typeof kindsOfProvider)[string],
): Harness {
  const within = fakeHarness((fake) => around(providerOf(fake)));
  const innerRef = ({ name, ...rest }: SecretRef): SecretRef => ({ ...rest, name: inner(name) });
  return {
    ...within,
    async open() {
      const fixture = await within.open();
      if (hidden !== undefined) await fixture.put({ name: hidden }, 'of others');
      return {
        ...fixture,
        put: (ref, value, expiresAt) => fixture.put(innerRef(ref), value, expiresAt),
        remove: (ref) => fixture.remove(innerRef(ref)),
      };
    },
  };
}

for (const [name, companion] of Object.entries(companions)) {
  for (const [kind, providerOf] of Object.entries(kindsOfProvider)) {
    if (companion.kinds?.includes(kind) === false) continue;
    describeProvider(
      `${name}, ${kind}`,
      harnessOf(companion, providerOf),
      { describe, it },
      { onReport: saveReport },
    );
  }
}
