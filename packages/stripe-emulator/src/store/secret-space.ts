/** Mode of a key. Each mode has its own data. A sandbox key looks like a test key. */
export type Mode = 'test' | 'live' | 'sandbox';

/** Owner of a secret: the account, or one Dashboard user of the account. */
export type SecretScope = { readonly type: 'account' } | { readonly type: 'user'; readonly user: string };

/** One partition of the store. Names are unique in it, and it holds at most ten secrets. */
export interface SecretSpace {
  readonly account: string;
  readonly mode: Mode;
  readonly scope: SecretScope;
}

/** Returns the map key of a space. JSON keeps the parts apart: no two spaces have the same key. */
export function spaceKey({ account, mode, scope }: SecretSpace): string {
  return JSON.stringify([account, mode, scope.type, scope.type === 'user' ? scope.user : null]);
}
