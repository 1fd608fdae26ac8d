import {
  describeProvider,
  fakeHarness,
  type Harness,
  providerKinds,
  saveReports,
} from '@secretkit/conformance';
import type { SecretProvider, SecretRef } from '@secretkit/core/provider';
import { prefix } from '@secretkit/middleware/prefix';
import { readOnly } from '@secretkit/middleware/read-only';
import { rename } from '@secretkit/middleware/rename';
import { describe, it } from 'vitest';

/** A provider around a provider, and how it maps names. */
interface Companion {
  readonly around: (provider: SecretProvider) => SecretProvider;
  /** Returns the name in the backend. */
  readonly inner: (name: string) => string;
  /** A name in the backend that no outer name maps to. */
  readonly hidden?: string;
  /** The kinds of provider to wrap. @defaultValue all */
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
    kinds: ['full'],
  },
};

/** The harness changes the backend under the names of the backend. */
function harnessOf(
  { around, inner, hidden }: Companion,
  providerOf: (typeof providerKinds)[string],
): Harness {
  const inside = fakeHarness((fake) => around(providerOf(fake)));
  const innerRef = ({ name, ...rest }: SecretRef): SecretRef => ({ ...rest, name: inner(name) });
  return {
    ...inside,
    async open() {
      const fixture = await inside.open();
      const { putBytes } = fixture;
      if (hidden !== undefined) await fixture.put({ name: hidden }, 'of others');
      return {
        ...fixture,
        put: (ref, value, expiresAt) => fixture.put(innerRef(ref), value, expiresAt),
        ...(putBytes && { putBytes: (ref: SecretRef, bytes: Uint8Array) => putBytes(innerRef(ref), bytes) }),
        remove: (ref) => fixture.remove(innerRef(ref)),
      };
    },
  };
}

const onReport = saveReports(new URL('../../../../.cache/conformance/', import.meta.url));

for (const [name, companion] of Object.entries(companions)) {
  for (const [kind, providerOf] of Object.entries(providerKinds)) {
    if (companion.kinds?.includes(kind) === false) continue;
    describeProvider(`${name}, ${kind}`, harnessOf(companion, providerOf), { describe, it }, { onReport });
  }
}
