import {
  abortable,
  type CallContext,
  invalid,
  own,
  ownFields,
  remainingMs,
  type SecretScope,
  throwIfAborted,
} from '@secretkit/core/provider';
import type { KeyKind } from './api-key.js';
import { timeoutOf } from './client-config.js';
import { hardeningOf } from './hardening.js';
import { failureIn, fromSdkError } from './sdk-error.js';
import type { AccountHeader, StripeClient, StripeRequestOptions, StripeScope } from './stripe-client.js';
import { stripeError } from './stripe-error.js';
import type { StripeFailure } from './stripe-failure.js';
import { isUiExtension } from './ui-extension.js';

/** The settings of all requests of a provider. */
export interface RequestSettings {
  readonly client: StripeClient;
  readonly accountHeader: AccountHeader;
  /** The clock, in epoch milliseconds. */
  readonly now: () => number;
}

/** Sends requests through a client. */
export interface StripeRequests {
  /** The kind of the API key, when it is known. */
  readonly key: KeyKind | undefined;
  /** Whether the Dashboard sends the requests. */
  readonly inExtension: boolean;
  /**
   * Sends one request.
   *
   * @param answerFor - Returns the answer for a failure that is an answer, such as a missing secret.
   * @throws a `SecretError` in place of the client's error, which may contain a body.
   */
  send(
    scope: SecretScope,
    ctx: CallContext,
    request: (scope: StripeScope, options: StripeRequestOptions) => PromiseLike<unknown>,
    answerFor?: (failure: StripeFailure) => symbol | undefined,
  ): Promise<unknown>;
}

/**
 * Returns the requests of a client. The client's own retries are disabled: the middleware decides about retries. A deadline
 * shortens the timeout. An abort ends the request of a `createStripeClient` client, and the wait for any other client.
 */
export function stripeRequests({ client, accountHeader, now }: RequestSettings): StripeRequests {
  const hardening = hardeningOf(client);
  const inExtension = isUiExtension(client);
  const clientTimeoutMs = timeoutOf(client) ?? Number.POSITIVE_INFINITY;

  // At least 1: stripe-node would replace 0 by its default. At most the client's own timeout.
  function timeoutOfCall(ctx: CallContext): number {
    return Math.max(1, Math.floor(Math.min(remainingMs(ctx), clientTimeoutMs)));
  }

  return {
    key: hardening?.key,
    inExtension,

    async send(owner, given, request, answerFor) {
      const ctx = ownFields(given);
      const { signal, deadline, idempotencyKey } = ctx;
      const [account, user] = [own(owner, 'account'), own(owner, 'user')];
      throwIfAborted(signal);
      if (inExtension && account !== undefined) throw accountOfDashboard();
      const attached = signal && hardening?.attachSignal(signal);
      const scope: StripeScope = user === undefined ? { type: 'account' } : { type: 'user', user };
      const options: StripeRequestOptions = {
        maxNetworkRetries: 0,
        ...(account !== undefined && { [accountHeader]: account }),
        ...(idempotencyKey !== undefined && { idempotencyKey }),
        ...(deadline !== undefined && { timeout: timeoutOfCall(ctx) }),
        ...(attached && { apiKey: attached.apiKey }),
      };
      try {
        // A request with an attached signal ends by itself.
        return await (attached ? request(scope, options) : abortable(request(scope, options), signal));
      } catch (error) {
        throwIfAborted(signal);
        const failure = failureIn(error);
        if (!failure) throw fromSdkError(error, inExtension);
        const answer = answerFor?.(failure);
        if (answer !== undefined) return answer;
        throw stripeError(failure, { key: hardening?.key, inExtension, now });
      } finally {
        attached?.detach();
      }
    },
  };
}

function accountOfDashboard(): Error {
  return invalid(
    'scope.account must be absent in a UI extension: the Dashboard decides the account. Omit it, or ask your backend.',
  );
}
