import type { Capability, SecretProvider } from '@secretkit/core/provider';

/**
 * Returns the result of a middleware without some of its capabilities. The result is a plain object with bound methods, so
 * it may be spread, unlike other providers.
 */
export function omitCapabilities(
  layered: SecretProvider,
  ...capabilities: readonly Capability[]
): SecretProvider {
  const rest: SecretProvider = { ...layered };
  for (const capability of capabilities) Reflect.deleteProperty(rest, capability);
  return Object.freeze(rest);
}
