import { own, ownFields } from '../checks/check-options.js';

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
export function refKey(ref: SecretRef): string {
  const { name } = ref;
  const owner = scopeKey(own(ref, 'scope'));
  const version = own(ref, 'version');
  if (version !== undefined) return versionFollows + owner + lengthPrefixed(version) + name;
  return owner === defaultScope && !(name < ' ') ? name : ownerFollows + owner + name;
}

/** Returns the ref of the name, which stands for all its versions. */
export function withoutVersion(ref: SecretRef): SecretRef {
  const { version, ...rest } = ref;
  return version === undefined ? ref : Object.freeze(rest);
}

/** Returns the same for scopes. An absent field and the absent scope are alike. */
export function scopeKey(scope?: SecretScope): string {
  return lengthPrefixed(own(scope, 'account')) + lengthPrefixed(own(scope, 'user'));
}

/** Returns a ref as messages show it: `"db-password" (account acct_1)`. */
export function describeRef(ref: SecretRef): string {
  const { name, scope, version } = ownFields(ref);
  const { account, user } = ownFields(scope);
  const details = describeFields({ version, account, user });
  return `"${shorten(name)}"${details && ` (${details})`}`;
}

/** Returns a scope as messages show it: `account acct_1, user usr_1`; the empty string for the default scope. */
export function describeScope(scope: SecretScope): string {
  const { account, user } = ownFields(scope);
  return describeFields({ account, user });
}

function describeFields(fields: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(fields).filter(([, text]) => text);
  return given.map(([field, text = '']) => `${field} ${shorten(text)}`).join(', ');
}

/**
 * Returns a secret's name in the form of an environment variable: upper case, with `_` for every character that is not A–Z or
 * 0–9. `stripe-secret.key` and `stripe_secret_key` are both `STRIPE_SECRET_KEY`.
 */
export function toVariableName(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_');
}

/** Returns a frozen copy with the known fields only. */
export function copyRef(ref: SecretRef): SecretRef {
  const { name, scope, version } = ownFields(ref);
  const { account, user } = ownFields(scope);
  const owner = { ...(account !== undefined && { account }), ...(user !== undefined && { user }) };
  const copy = {
    name,
    ...(scope !== undefined && { scope: Object.freeze(owner) }),
    ...(version !== undefined && { version }),
  };
  return Object.freeze(withoutInherited(copy));
}

/**
 * Returns the ref, query or target. If somebody has added a field of one to `Object.prototype`, a copy that inherits nothing and
 * has a scope: a backend that reads `ref.scope?.account` must not get the account of another tenant.
 */
export function withoutInherited<T extends { readonly scope?: SecretScope }>(given: T): T {
  const { name, scope, account, user, version, field, cursor, limit } = added;
  if ((name ?? scope ?? account ?? user ?? version ?? field ?? cursor ?? limit) === undefined) return given;
  return ownFields({ ...given, scope: Object.freeze(ownFields(own(given, 'scope'))) });
}

const added: Readonly<Record<string, unknown>> = {}; // what it has is inherited

// Checked names contain no control character; any other name differs as well.
const ownerFollows = '\0';
const versionFollows = '\u0001';
const defaultScope = /* @__PURE__ */ scopeKey();

function lengthPrefixed(text: string | undefined): string {
  return text === undefined ? '-' : `${text.length}:${text}`;
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
