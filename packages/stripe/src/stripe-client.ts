/** Whose secrets a request is about, in Stripe's terms. */
export interface StripeScope {
  readonly type: 'account' | 'user';
  readonly user?: string;
}

/** What every request may be sent with. */
export interface StripeRequestOptions {
  readonly stripeAccount?: string;
  readonly stripeContext?: string;
  readonly idempotencyKey?: string;
  readonly maxNetworkRetries?: number;
  readonly timeout?: number;
  readonly apiKey?: string;
}

/**
 * The part of a Stripe instance that is used, so that this package's types need none of Stripe's. What is resolved is
 * not trusted to be of any shape.
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
