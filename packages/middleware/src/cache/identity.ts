import { type InvalidateTarget, refKey, type SecretProvider, type SecretRef } from '@secretkit/core/provider';

/** Which secret a ref names, with the provider's default account filled in and folded names made one. */
export interface Identity {
  readonly key: string;
  readonly ref: SecretRef;
}

/** Tells identities for one provider. That of a frozen ref is worked out once: the client hands in the same ones. */
export function identities(next: SecretProvider): (ref: SecretRef) => Identity {
  const known = new WeakMap<SecretRef, Identity>();
  return (ref) => {
    const before = known.get(ref);
    if (before) return before;
    const canonical = copyOf(next.canonical?.(ref) ?? ref);
    const identity = { key: refKey(canonical), ref: canonical };
    if (isFrozen(ref)) known.set(ref, identity);
    return identity;
  };
}

function isFrozen(ref: SecretRef): boolean {
  return Object.isFrozen(ref) && (ref.scope === undefined || Object.isFrozen(ref.scope));
}

// What is kept, and shown in events, must not change with what its owner has, nor keep what its owner has let go. Copied
// field by field: a spread copy of a spread copy takes five times the memory.
function copyOf({ name, scope }: SecretRef): SecretRef {
  return Object.freeze(scope ? { name, scope: Object.freeze({ ...scope }) } : { name });
}

/** Does the target of an invalidation, as an identity, cover this one? A scope covers the users within its account. */
export function covers(target: InvalidateTarget | undefined, { ref }: Identity): boolean {
  const { account, user } = target?.scope ?? {};
  return (
    (account === undefined || account === ref.scope?.account) &&
    (user === undefined || user === ref.scope?.user)
  );
}
