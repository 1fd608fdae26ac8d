import { layersOf, type SecretProvider } from '@secretkit/core';

/** The name of what the layers stand around: `stripe` for `cache(retry(stripe))`. */
export function backendName(provider: SecretProvider): string {
  let { name } = provider;
  for (const layer of layersOf(provider)) {
    if (layer.branches || !name.startsWith(`${layer.name}(`)) return name;
    name = name.slice(layer.name.length + 1, -1);
  }
  return name;
}
