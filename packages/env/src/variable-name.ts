import type { SecretRef } from '@secretkit/core/provider';

/** Gives the variable that holds a secret, or `undefined` for a secret that no variable holds. */
export type VariableName = (ref: SecretRef) => string | undefined;

/**
 * A secret's name as a variable's: upper case, and `_` for every character that is not A–Z or 0–9. So `stripe-api.key` is
 * `STRIPE_API_KEY`, and so is `stripe_api_key`: names that fold together are one secret.
 */
export function fold(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_');
}

/** The rule where nobody gives one: the prefix and the folded name. A variable belongs to no account and no user. */
export function prefixed(prefix: string): VariableName {
  return ({ name, scope }) =>
    scope?.account === undefined && scope?.user === undefined ? prefix + fold(name) : undefined;
}
