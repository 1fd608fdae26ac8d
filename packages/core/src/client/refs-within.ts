import { checkRef } from '../check-ref.js';
import type { SecretProvider } from '../provider.js';
import type { SecretRef, SecretScope } from '../ref.js';
import { checkDefaultAccount, narrowScope } from './narrow-scope.js';

// An application asks for a handful of names over and over; a stream of made-up ones must not fill the memory.
const maxNames = 1_000;

/**
 * Turns what a caller names into a checked ref, within a scope if there is one. A name gives the same ref each time, so
 * that a read of a cached secret allocates none.
 */
export function refsWithin(
  stack: SecretProvider,
  own?: SecretScope,
): (input: string | SecretRef) => SecretRef {
  const byName = new Map<string, SecretRef>();

  return (input) => {
    if (typeof input !== 'string') return own ? within(own, checkRef(input), stack) : checkRef(input);
    const known = byName.get(input);
    if (known) return known;
    const { name } = checkRef(input);
    const ref = Object.freeze(own ? { name, scope: own } : { name });
    if (byName.size >= maxNames) byName.clear();
    byName.set(name, ref);
    return ref;
  };
}

function within(own: SecretScope, { name, scope }: SecretRef, stack: SecretProvider): SecretRef {
  const ref = Object.freeze({ name, scope: narrowScope(own, scope) });
  checkDefaultAccount(own, ref, stack.canonical);
  return ref;
}
