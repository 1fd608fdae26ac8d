import { checkRef, invalid, own, type SecretRef, type SecretScope } from '@secretkit/core/provider';
import type { RowKey } from './secret-table.js';

/** The largest account and user, in bytes of UTF-8. The columns of the migrations have these sizes. */
export const maxScopeBytes = 255;
/** The largest name, in bytes of UTF-8. */
export const maxNameBytes = 1_024;

const encoder = /* @__PURE__ */ new TextEncoder();

/** Returns the key of a ref. @throws `invalid_argument` for a text that a column would cut. */
export function rowKey(input: SecretRef): RowKey {
  const ref = checkRef(input);
  checkSize('name', ref.name, maxNameBytes);
  return { ...ownerOf(own(ref, 'scope')), name: ref.name };
}

/** Returns the account and the user of a scope. @throws As `rowKey`. */
export function ownerOf(scope: SecretScope | undefined): Omit<RowKey, 'name'> {
  const account = own(scope, 'account') ?? '';
  const user = own(scope, 'user') ?? '';
  checkSize('scope.account', account, maxScopeBytes);
  checkSize('scope.user', user, maxScopeBytes);
  return { account, user };
}

/** Returns the ref of a key. */
export function refOf({ account, user, name }: RowKey): SecretRef {
  const scope = { ...(account && { account }), ...(user && { user }) };
  return account || user ? { name, scope } : { name };
}

function checkSize(field: string, text: string, max: number): void {
  const { length } = encoder.encode(text);
  if (length <= max) return;
  throw invalid(
    `${field} must have at most ${max} bytes, got ${length}. A column of the table would cut it.`,
  );
}
