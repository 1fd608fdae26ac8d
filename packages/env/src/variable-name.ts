import type { SecretRef } from '@secretkit/core/provider';

/** Returns the variable that holds a secret, or `undefined` if no variable holds it. */
export type VariableName = (ref: SecretRef) => string | undefined;

/**
 * Returns a secret's name in the form of a variable: upper case, with `_` for every character that is not A–Z or 0–9.
 * `stripe-api.key` and `stripe_api_key` are both `STRIPE_API_KEY`: such names are one secret.
 */
export function toVariableName(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_');
}

/** Returns the default rule: the prefix and the converted name. A variable belongs to no account and no user. */
export function withPrefix(prefix: string): VariableName {
  return ({ name, scope }) =>
    scope?.account === undefined && scope?.user === undefined ? prefix + toVariableName(name) : undefined;
}
