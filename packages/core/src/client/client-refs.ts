import { checkRef, checkScope } from '../checks/check-ref.js';
import type { CachedReader, CachedSecret, SecretProvider } from '../contract/provider.js';
import type { SecretRef, SecretScope } from '../contract/ref.js';
import type { Secret } from '../contract/secret.js';
import { invalid } from '../contract/secret-error.js';
import type { SecretInput } from './fields.js';

const maxRecentNames = 500; // a stream of made-up names must not fill the memory

/** The refs of a client, and a shortcut to their values in memory. */
export interface ClientRefs {
  readonly scope: SecretScope | undefined;
  /** Returns the checked ref within the client's scope. A name gives the same one each time: a cached read allocates none. */
  refOf(input: string | SecretRef): SecretRef;
  /** Returns the checked scope, narrowed to the client's. */
  scopeOf(scope: SecretScope | undefined): SecretScope | undefined;
  /** Returns the fresh value in memory of a name that was read before, without a pass through the layers. */
  cached(name: string, touch: boolean): CachedSecret | undefined;
  /** Returns the same for a batch: all of it, or nothing. */
  allCached(inputs: readonly SecretInput[]): readonly Secret[] | undefined;
}

export function clientRefs(stack: SecretProvider, scope?: SecretScope): ClientRefs {
  type Known = { readonly ref: SecretRef; reader: CachedReader | undefined }; // a reader is for the second read: most names are read once
  let recent = new Map<string, Known>();
  let older = recent; // a name in use moves back to the recent ones

  function knownOf(name: string, added?: Known): Known | undefined {
    const known = recent.get(name);
    if (known) return known;
    const kept = older.get(name) ?? added;
    if (kept && recent.size >= maxRecentNames) [older, recent] = [recent, new Map<string, Known>()];
    if (kept) recent.set(name, kept);
    return kept;
  }

  function cached(name: string, touch: boolean): CachedSecret | undefined {
    const known = knownOf(name);
    if (known) known.reader ??= stack.memory?.cached?.(known.ref) ?? (() => undefined);
    return known?.reader?.(touch);
  }

  function refOf(input: string | SecretRef): SecretRef {
    if (typeof input !== 'string') return scope ? narrowed(checkRef(input)) : checkRef(input);
    const known = knownOf(input);
    if (known) return known.ref;
    const { name } = checkRef(input);
    const ref = Object.freeze(scope ? { name, scope } : { name });
    knownOf(name, { ref, reader: undefined });
    return ref;
  }

  function narrowed({ name, version, scope: inner = {} }: SecretRef): SecretRef {
    const outer = scope ?? {};
    refuseOther('user', outer.user, inner.user);
    refuseOther('account', outer.account, inner.account);
    if (outer.account === undefined && inner.account !== undefined) {
      // Without an account the outer scope means the provider's default one.
      refuseOther('account', stack.canonical?.({ name, scope: outer }).scope?.account, inner.account);
    }
    const owner = Object.freeze({ ...outer, ...inner });
    return Object.freeze({ name, scope: owner, ...(version !== undefined && { version }) });
  }

  return {
    scope,
    refOf,
    scopeOf: (inner) => refOf({ name: 'any', scope: checkScope(inner) }).scope, // checked as part of a ref
    cached,
    allCached(inputs) {
      const secrets: Secret[] = [];
      for (const input of inputs) {
        const hit = typeof input === 'string' ? cached(input, false) : undefined;
        if (!hit?.settled) return undefined;
        secrets.push(hit.secret);
      }
      for (const name of inputs as readonly string[]) cached(name, true); // all of them count as used, or none
      return secrets;
    },
  };
}

function refuseOther(field: 'account' | 'user', own: string | undefined, other: string | undefined): void {
  if (own === undefined || other === undefined || own === other) return;
  const expected = `scope.${field} must be that of this client (${own})`;
  throw invalid(`${expected}, got another one. Use a client within that scope.`);
}
