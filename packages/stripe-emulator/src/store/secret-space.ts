/** Which of Stripe's separate worlds a key belongs to. A sandbox key looks like a test key but has its own data. */
export type Mode = 'test' | 'live' | 'sandbox';

/** Who a secret belongs to: the account, or one Dashboard user of it. */
export type SecretScope = { readonly type: 'account' } | { readonly type: 'user'; readonly user: string };

/** One shelf of the store: names are unique in it and Stripe's limit of ten secrets holds for it. */
export interface SecretSpace {
  readonly account: string;
  readonly mode: Mode;
  readonly scope: SecretScope;
}

/** The key of a space. A JSON list cannot be made equal by moving characters from one part to the next. */
export function spaceKey({ account, mode, scope }: SecretSpace): string {
  return JSON.stringify([account, mode, scope.type, scope.type === 'user' ? scope.user : null]);
}
