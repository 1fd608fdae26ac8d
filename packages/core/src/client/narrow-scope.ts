import { invalid } from '../invalid.js';
import type { SecretRef, SecretScope } from '../ref.js';
import type { SecretError } from '../secret-error.js';

/**
 * A scope within another: fields may be added, never changed.
 *
 * @throws `invalid_argument` when the inner scope names another account or user.
 */
export function narrowScope(outer: SecretScope, inner: SecretScope = {}): SecretScope {
  for (const field of ['account', 'user'] as const) {
    if (outer[field] !== undefined && inner[field] !== undefined && outer[field] !== inner[field]) {
      throw outOfScope(field, outer[field]);
    }
  }
  return Object.freeze({ ...outer, ...inner });
}

/**
 * Holds a narrowed ref to the account that the outer scope means when it names none: the provider's default one.
 *
 * @throws `invalid_argument` when adding an account leaves the default one.
 */
export function checkDefaultAccount(
  outer: SecretScope,
  narrowed: SecretRef,
  canonical: ((ref: SecretRef) => SecretRef) | undefined,
): void {
  if (!canonical || outer.account !== undefined || narrowed.scope?.account === undefined) return;
  const account = canonical({ name: narrowed.name, scope: outer }).scope?.account;
  if (account !== undefined && account !== narrowed.scope.account) throw outOfScope('account', account);
}

function outOfScope(field: 'account' | 'user', id: string): SecretError {
  return invalid(
    `this client is scoped to ${field} ${id}, and the ref names another ${field}. Use a client of that scope.`,
  );
}
