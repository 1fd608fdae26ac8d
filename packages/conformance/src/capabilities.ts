import type { Capability, SecretProvider } from '@secretkit/core/provider';

const capabilities = ['getMany', 'list', 'set', 'compareAndSet', 'delete', 'listVersions'] as const;

/** Returns the optional methods that a provider has. */
export function capabilitiesOf(provider: SecretProvider): Capability[] {
  return capabilities.filter((capability) => provider[capability]);
}
