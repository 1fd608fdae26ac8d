import type { SecretRef, SecretScope } from './ref.js';
import type { Secret } from './secret.js';

/** Values in memory, as a cache adds them to a provider. Each part is optional; middleware passes the parts on one by one. */
export interface SecretMemory {
  /** Returns a reader of one ref. It must do no I/O. A middleware that overrides `get` passes on its looks only. */
  cached?(ref: SecretRef): CachedReader;
  /** Must remove copies from memory, and must not change the backend. */
  invalidate?(target?: InvalidateTarget): void;
  /** Must call the listener for every value that replaced another one. Returns the function that ends it. */
  subscribe?(listener: (change: SecretChange) => void): () => void;
}

/**
 * Returns the fresh value in memory, or `undefined`: then the caller must use `get`.
 * @param touch - `true` for a read, which counts as a use and must return a `settled` promise; `false` for a look.
 */
export type CachedReader = (touch: boolean) => CachedSecret | undefined;

/** A value in memory, and for a read the resolved promise of it. */
export interface CachedSecret {
  readonly secret: Secret;
  /** Made by `settled`. Absent where only looks are supported. */
  readonly settled?: Promise<Secret>;
}

/** The copies to remove: one ref, a whole scope (with the users of its account), or, when absent, everything. */
export type InvalidateTarget = SecretRef | { readonly scope: SecretScope };

/** A value that replaced another one in memory. */
export interface SecretChange {
  /** The ref of the read that found the change; `canonical` shows whether another ref names the same secret. */
  readonly ref: SecretRef;
  readonly secret: Secret;
}

const brand: unique symbol = Symbol.for('secretkit.settled'); // one symbol for all copies of the package

/** Returns a resolved promise that outer layers return unchanged. A cache keeps one per entry: a hit costs one `await`. */
export function settled(secret: Secret): Promise<Secret> {
  return Object.defineProperty(Promise.resolve(secret), brand, { value: true });
}

/** Whether `settled` made this promise: then it cannot reject, and holds a `Secret`. */
export function isSettled(promise: unknown): promise is Promise<Secret> {
  return (promise as { [brand]?: true } | undefined)?.[brand] === true;
}
