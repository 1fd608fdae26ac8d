/**
 * What `createStripeClient` adds to a Stripe instance, under a symbol. stripe-node has no parameter for an `AbortSignal`,
 * so a signal travels beside the request: a header names it, and the HTTP client takes the header off again.
 */
export interface Hardened {
  /** Which of Stripe's modes the key belongs to, where its prefix tells. */
  readonly livemode: boolean | undefined;
  /** Ties a signal to the requests that carry the headers, until it is untied. */
  tie(signal: AbortSignal): { readonly headers: Record<string, string>; untie(): void };
}

export const hardened: unique symbol = Symbol.for('secretkit.stripe.hardened');

/** What `createStripeClient` added, if it made this client. */
export function hardenedBy(client: object): Hardened | undefined {
  return (client as { [hardened]?: Hardened })[hardened];
}
