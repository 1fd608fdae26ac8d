import type { SecretProvider, SecretRef } from '@secretkit/core/provider';

/** Whether refs of this provider may name a version. */
export function hasVersions({ listVersions }: SecretProvider): boolean {
  return listVersions !== undefined;
}

/**
 * Returns the providers that a read of this ref calls: for a version those that have versions. If none has, it returns all of
 * them: each rejects with `unsupported`, without a call to its backend.
 */
export function askedFor(ref: SecretRef, providers: readonly SecretProvider[]): readonly SecretProvider[] {
  if (ref.version === undefined || !providers.some(hasVersions)) return providers;
  return providers.filter(hasVersions);
}

/**
 * Holds a version at each provider that has leases: which one has leased it is not known.
 *
 * @throws The first failure, if no provider holds the version.
 */
export function holdAll(providers: readonly SecretProvider[]): SecretProvider['hold'] {
  const holders = providers.filter(({ hold }) => hold);
  if (holders.length === 0) return undefined;
  return (ref, version) => {
    const held: Disposable[] = [];
    const failures: unknown[] = [];
    for (const { hold } of holders) {
      try {
        const each = hold?.(ref, version);
        if (each) held.push(each);
      } catch (error) {
        failures.push(error);
      }
    }
    if (held.length === 0) throw failures[0];
    return {
      [Symbol.dispose]() {
        for (const each of held.splice(0)) each[Symbol.dispose]();
      },
    };
  };
}
