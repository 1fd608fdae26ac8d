import type { Branch } from '@secretkit/core/middleware';

/**
 * Returns the name of the backend inside the layers: `stripe` for `cache(retry(stripe))`, `fallback(stripe, env)` for
 * several backends. Each layer puts one `word(…)` around the name, so it removes as many as there are layers.
 */
export function backendName({ name, layers }: Branch): string {
  let rest = name;
  for (const layer of layers) {
    if (layer.branches) return `${layer.name}(${layer.branches.map(backendName).join(', ')})`;
    const inner = /^[^\s()]+\((.*)\)$/s.exec(rest)?.[1];
    if (inner === undefined) return rest; // the provider has a name of its own
    rest = inner;
  }
  return rest;
}
