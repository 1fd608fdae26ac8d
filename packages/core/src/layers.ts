import type { Layer, SecretProvider } from './provider.js';

/** The middleware around a backend, outermost first, each with its options. Empty for a provider that is not wrapped. */
export function layersOf(provider: SecretProvider): readonly Layer[] {
  return provider.layers ?? [];
}
