/** The option of a request that names the connected account: the header `Stripe-Account`, or `Stripe-Context`. */
export type AccountHeader = 'stripeAccount' | 'stripeContext';

/** The scope of a secret, in Stripe's terms. */
export interface StripeScope {
  readonly type: 'account' | 'user';
  readonly user?: string;
}

/** The options of a request. */
export interface StripeRequestOptions {
  readonly stripeAccount?: string;
  readonly stripeContext?: string;
  readonly idempotencyKey?: string;
  readonly maxNetworkRetries?: number;
  readonly timeout?: number;
  readonly apiKey?: string;
}

/**
 * The part of a Stripe instance that this package uses, so that its types do not need those of `stripe`. Every result is
 * checked at run time.
 */
export interface StripeClient {
  readonly apps: {
    readonly secrets: {
      find(
        params: { name: string; scope: StripeScope; expand: string[] },
        options: StripeRequestOptions,
      ): PromiseLike<unknown>;
      list(
        params: { scope: StripeScope; limit?: number; starting_after?: string; expand?: string[] },
        options: StripeRequestOptions,
      ): PromiseLike<unknown>;
      create(
        params: { name: string; payload: string; scope: StripeScope; expires_at?: number },
        options: StripeRequestOptions,
      ): PromiseLike<unknown>;
      deleteWhere(
        params: { name: string; scope: StripeScope },
        options: StripeRequestOptions,
      ): PromiseLike<unknown>;
    };
  };
}
