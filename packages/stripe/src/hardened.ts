import type { KeyKind } from './api-key.js';

/**
 * What `createStripeClient` adds to a Stripe instance, under a symbol. stripe-node has no parameter for an `AbortSignal`,
 * so a signal travels beside the request: the request carries a key of its own that names it, and the HTTP client puts
 * the real one in its place.
 */
export interface Hardened {
  readonly key: KeyKind;
  /** Ties a signal to the requests that are made with this key, until it is untied. */
  tie(signal: AbortSignal): { readonly apiKey: string; untie(): void };
}

export const hardened: unique symbol = Symbol.for('secretkit.stripe.hardened');

/** What `createStripeClient` added, if it made this client. */
export function hardenedBy(client: object): Hardened | undefined {
  return (client as { [hardened]?: Hardened })[hardened];
}
