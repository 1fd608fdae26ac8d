import { checkRef } from '../check-ref.js';
import type { Kept, Recall, SecretProvider } from '../provider.js';
import type { SecretRef, SecretScope } from '../ref.js';
import type { Secret } from '../secret.js';
import { checkDefaultAccount, narrowScope } from './narrow-scope.js';

// An application asks for a handful of names over and over; a stream of made-up ones must not fill the memory.
const maxNames = 1_000;

/** What a client knows of the names that it has been asked for. */
export interface RefsWithin {
  /**
   * The checked ref for what a caller names, within the client's scope if it has one. A name gives the same ref each time,
   * so that a read of a cached secret allocates none.
   */
  refOf(input: string | SecretRef): SecretRef;
  /** What a cache holds for a name that has been asked for before, fresh, without a way through the layers. */
  kept(name: string, use: boolean): Kept | undefined;
  /** The same for a batch: all that is asked for, or nothing. */
  allKept(inputs: readonly (string | SecretRef)[]): readonly Secret[] | undefined;
}

interface Named {
  readonly ref: SecretRef;
  recall: Recall | undefined; // made for the second read: most names of short-lived clients are read once
}

export function refsWithin(stack: SecretProvider, own?: SecretScope): RefsWithin {
  const byName = new Map<string, Named>();

  function kept(name: string, use: boolean): Kept | undefined {
    const known = byName.get(name);
    if (known === undefined) return undefined;
    known.recall ??= stack.recall?.(known.ref) ?? nothing;
    return known.recall(use);
  }

  return {
    kept,

    refOf(input) {
      if (typeof input !== 'string') return own ? within(own, checkRef(input), stack) : checkRef(input);
      const known = byName.get(input);
      if (known) return known.ref;
      const { name } = checkRef(input);
      const ref = Object.freeze(own ? { name, scope: own } : { name });
      if (byName.size >= maxNames) byName.clear();
      byName.set(name, { ref, recall: undefined });
      return ref;
    },

    allKept(inputs) {
      const secrets: Secret[] = [];
      for (const input of inputs) {
        const here = typeof input === 'string' ? kept(input, false) : undefined;
        if (here === undefined) return undefined;
        secrets.push(here.secret);
      }
      for (const name of inputs as readonly string[]) kept(name, true); // all of them are used, or none
      return secrets;
    },
  };
}

function nothing(): undefined {
  return undefined;
}

function within(own: SecretScope, { name, scope }: SecretRef, stack: SecretProvider): SecretRef {
  const ref = Object.freeze({ name, scope: narrowScope(own, scope) });
  checkDefaultAccount(own, ref, stack.canonical);
  return ref;
}
