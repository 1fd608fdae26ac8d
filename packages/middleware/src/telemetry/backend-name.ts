import type { Branch } from '@secretkit/core/middleware';

/** The name of what the layers stand around: `stripe` for `cache(retry(stripe))`, `fallback(stripe, env)` for several. */
export function backendName({ name, layers }: Branch): string {
  let rest = name;
  for (const layer of layers) {
    if (layer.branches) return `${layer.name}(${layer.branches.map(backendName).join(', ')})`;
    if (!rest.startsWith(`${layer.name}(`)) return rest;
    rest = rest.slice(layer.name.length + 1, -1);
  }
  return rest;
}
