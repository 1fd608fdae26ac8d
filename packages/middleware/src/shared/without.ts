import type { Capability, SecretProvider } from '@secretkit/core/provider';

/**
 * What a middleware made, without some of its capabilities. It is a plain object of bound methods, unlike providers at
 * large: it may be spread.
 */
export function without(layered: SecretProvider, ...capabilities: readonly Capability[]): SecretProvider {
  const rest: SecretProvider = { ...layered };
  for (const capability of capabilities) Reflect.deleteProperty(rest, capability);
  return Object.freeze(rest);
}
