import { abortable, type CallContext, type SecretScope } from '@secretkit/core/provider';
import type { KeyKind } from './api-key.js';
import { timeoutOf } from './client-config.js';
import { hardeningOf } from './hardening.js';
import { failureIn, fromSdkError } from './sdk-error.js';
import type { StripeClient, StripeRequestOptions, StripeScope } from './stripe-client.js';
import { stripeError } from './stripe-error.js';
import type { StripeFailure } from './stripe-failure.js';

/** How requests name the connected account: by `Stripe-Account`, or by `Stripe-Context`. */
export type AccountHeader = 'stripeAccount' | 'stripeContext';

/** What the requests of a provider have in common. */
export interface RequestRules {
  readonly client: StripeClient;
  readonly accountHeader: AccountHeader;
  /** The clock, in epoch milliseconds. */
  readonly now: () => number;
}

/** Makes one request. */
export interface StripeRequests {
  /** The kind of the API key, where it is known. */
  readonly key: KeyKind | undefined;
  /**
   * @param instead - What to answer with instead of failing, for failures that are answers.
   * @throws a `SecretError` for what the client rejects with, which may hold a body and is never handed on.
   */
  send(
    scope: SecretScope,
    ctx: CallContext,
    request: (whose: StripeScope, options: StripeRequestOptions) => PromiseLike<unknown>,
    instead?: (failure: StripeFailure) => symbol | undefined,
  ): Promise<unknown>;
}

/**
 * Requests through a client. Its own retries are off: how often to try is the stack's to decide. A signal and a deadline
 * go along where the client can take them; where it cannot, the caller is released all the same.
 */
export function stripeRequests({ client, accountHeader, now }: RequestRules): StripeRequests {
  const hard = hardeningOf(client);
  const longestMs = timeoutOf(client);

  // What is left until the deadline, and no more than the client allows anyway. A 0 would mean its default.
  function timeoutAt(deadline: number): number {
    return Math.max(1, Math.floor(Math.min(deadline - now(), longestMs ?? Number.POSITIVE_INFINITY)));
  }

  return {
    key: hard?.key,

    async send({ account, user }, { signal, deadline, idempotencyKey }, request, instead) {
      signal?.throwIfAborted();
      const attached = signal && hard?.attachSignal(signal);
      const whose: StripeScope = user === undefined ? { type: 'account' } : { type: 'user', user };
      const options: StripeRequestOptions = {
        maxNetworkRetries: 0,
        ...(account !== undefined && { [accountHeader]: account }),
        ...(idempotencyKey !== undefined && { idempotencyKey }),
        ...(deadline !== undefined && { timeout: timeoutAt(deadline) }),
        ...(attached && { apiKey: attached.apiKey }),
      };
      try {
        // What is attached ends by itself when the signal fires.
        return await (attached ? request(whose, options) : abortable(request(whose, options), signal));
      } catch (error) {
        signal?.throwIfAborted();
        const failure = failureIn(error);
        if (!failure) throw fromSdkError(error);
        const answer = instead?.(failure);
        if (answer !== undefined) return answer;
        throw stripeError(failure, { key: hard?.key, now });
      } finally {
        attached?.detach();
      }
    },
  };
}
