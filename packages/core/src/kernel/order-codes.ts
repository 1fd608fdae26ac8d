import { own } from '../checks/check-options.js';
import type { Layer } from '../contract/provider.js';

const inside = ['cache', 'retry', 'sharedCache', 'snapshot'];
// The layers that each outer one does harm to when it is outside them.
const harmful: Readonly<Record<string, readonly string[]>> = {
  cache: ['fallback'],
  retry: inside,
  circuitBreaker: inside,
  rateLimit: inside,
  sharedCache: ['cache', 'snapshot'],
  snapshot: ['cache'],
  timeout: ['cache', 'circuitBreaker'],
};

/** Returns the codes of harmful orders: `SECRETKIT_ORDER_RETRY_OUTSIDE_CACHE`. A layer of the kind `anyOrder` allows any. */
export function orderCodes(layers: readonly Layer[]): readonly string[] {
  return [...new Set(pathsOf(layers).flatMap(codesOf))];
}

/** The kinds of the layers, outermost first, on the way to each innermost provider. */
function pathsOf(layers: readonly Layer[]): readonly (readonly string[])[] {
  const kinds = layers.map(({ kind }) => `${kind && Symbol.keyFor(kind)}`.split('secretkit.kind.')[1] ?? '');
  const branches = layers.at(-1)?.branches;
  if (!branches) return [kinds];
  return branches.flatMap((branch) => pathsOf(branch.layers).map((inside) => [...kinds, ...inside]));
}

function codesOf(kinds: readonly string[]): string[] {
  if (kinds.includes('anyOrder')) return [];
  return kinds.flatMap((outer, at) => {
    const inside = kinds.slice(at + 1);
    return (own(harmful, outer) ?? [])
      .filter((inner) => inside.includes(inner) && !(inner === 'circuitBreaker' && isForAll(inside)))
      .map((inner) => `SECRETKIT_ORDER_${capitals(outer)}_OUTSIDE_${capitals(inner)}`);
  });
}

// A timeout may limit all attempts of a retry outside the breaker, or surround one that has its own timeout inside.
function isForAll(inside: readonly string[]): boolean {
  const breaker = inside.indexOf('circuitBreaker');
  return inside.slice(0, breaker).includes('retry') || inside.slice(breaker).includes('timeout');
}

const capitals = (kind: string): string => kind.replace(/[A-Z]/g, '_$&').toUpperCase();
