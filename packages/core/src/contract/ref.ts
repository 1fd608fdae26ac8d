/** The owner of a secret. An absent field means the provider's default; a field that is present is a non-empty string. */
export interface SecretScope {
  /** The tenant, such as a connected account. */
  readonly account?: string;
  /** One user of that tenant. */
  readonly user?: string;
}

/** The address of a secret: plain data, printable and serialisable, safe in queues and logs. */
export interface SecretRef {
  readonly name: string;
  readonly scope?: SecretScope;
  /** A version id or a stage, as the backend names it. Absent for the current version. */
  readonly version?: string;
}

/** Returns a string that differs for every two refs that differ. A name in the default scope is its own key. */
export function refKey({ name, scope, version }: SecretRef): string {
  const owner = scopeKey(scope);
  if (version !== undefined) return versionFollows + owner + lengthPrefixed(version) + name;
  return owner === defaultScope && !(name < ' ') ? name : ownerFollows + owner + name;
}

/** Returns the ref of the name, which stands for all its versions. */
export function withoutVersion(ref: SecretRef): SecretRef {
  const { version, ...rest } = ref;
  return version === undefined ? ref : Object.freeze(rest);
}

/** Returns the same for scopes. An absent field and the absent scope are alike. */
export function scopeKey(scope: SecretScope = {}): string {
  return lengthPrefixed(scope.account) + lengthPrefixed(scope.user);
}

/** Returns a ref as messages show it: `"db-password" (account acct_1)`. */
export function describeRef({ name, scope = {}, version }: SecretRef): string {
  const details = [version && `version ${shorten(version)}`, describeScope(scope)].filter(Boolean);
  return `"${shorten(name)}"${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}

/** Returns a scope as messages show it: `account acct_1, user usr_1`; the empty string for the default scope. */
export function describeScope({ account, user }: SecretScope): string {
  const fields = [account && `account ${shorten(account)}`, user && `user ${shorten(user)}`];
  return fields.filter(Boolean).join(', ');
}

/** Returns a frozen copy with the known fields only. */
export function copyRef({ name, scope, version }: SecretRef): SecretRef {
  const { account, user } = scope ?? {};
  const owner = { ...(account !== undefined && { account }), ...(user !== undefined && { user }) };
  return Object.freeze({
    name,
    ...(scope !== undefined && { scope: Object.freeze(owner) }),
    ...(version !== undefined && { version }),
  });
}

// Checked names contain no control character; any other name differs as well.
const ownerFollows = '\0';
const versionFollows = '\u0001';
const defaultScope = scopeKey();

function lengthPrefixed(text: string | undefined): string {
  return text === undefined ? '-' : `${text.length}:${text}`;
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
