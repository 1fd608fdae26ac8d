import { ignoreErrors } from '@secretkit/core/middleware';
import {
  type InvalidateTarget,
  own,
  refKey,
  type SecretProvider,
  type SecretRef,
  type SecretScope,
} from '@secretkit/core/provider';

/** The secret that a ref names: the default account of the provider is filled in, and equivalent names are one. */
export interface Identity {
  readonly key: string;
  readonly ref: SecretRef;
}

/** A secret that a reader requests: its identity, and the ref that the reader used. */
export interface Requested {
  readonly identity: Identity;
  readonly ref: SecretRef;
}

/** Returns the function that identifies refs. The identity of a frozen ref is kept: the client passes the same refs. */
export function identities(next: SecretProvider): (ref: SecretRef) => Identity {
  const known = new WeakMap<SecretRef, Identity>();
  return (ref) => {
    const cached = known.get(ref);
    if (cached) return cached;
    const canonical = copyOf(next.canonical?.(ref) ?? ref);
    const identity = { key: refKey(canonical), ref: canonical };
    if (Object.isFrozen(ref) && Object.isFrozen(ref.scope)) known.set(ref, identity);
    return identity;
  };
}

// The owner of a ref may change it later. Copied field by field: a copy of a copy by spread takes five times the memory.
function copyOf({ name, scope, version }: SecretRef): SecretRef {
  const owner = scope && Object.freeze({ ...scope });
  if (version !== undefined)
    return Object.freeze(owner ? { name, scope: owner, version } : { name, version });
  return Object.freeze(owner ? { name, scope: owner } : { name });
}

/** Whether an invalidation names one secret, and not a scope. */
export function isRef(target: InvalidateTarget | undefined): target is SecretRef {
  return target !== undefined && Object.hasOwn(target, 'name');
}

/** Returns the scope of an invalidation as `covers` expects it. `undefined` covers everything. */
export function canonicalScope(
  target: { readonly scope: SecretScope } | undefined,
  identify: (ref: SecretRef) => Identity,
): { readonly scope: SecretScope } | undefined {
  // If `canonical` fails, the scope may be that of any secret.
  const any = target && ignoreErrors(() => identify({ name: 'any', scope: target.scope }));
  return any && { scope: any.ref.scope ?? {} };
}

/**
 * Whether an invalidation of this scope covers the secret. An account covers its users, an absent one is the default account;
 * no target covers everything. The target's scope must be canonical.
 */
export function covers(target: InvalidateTarget | undefined, { ref }: Identity): boolean {
  if (target === undefined) return true;
  const [scope, covered] = [own(target, 'scope'), own(ref, 'scope')];
  const user = own(scope, 'user');
  const isOfAccount = own(scope, 'account') === own(covered, 'account');
  return isOfAccount && (user === undefined || user === own(covered, 'user'));
}
