import { type CallContext, isSecretError, SecretError, type SecretScope } from '@secretkit/core';
import { hardenedBy } from './hardened.js';
import { readDeletion, readPage, readSecret, type StripePage, type StripeSecret } from './stripe-answer.js';
import type { StripeClient, StripeRequestOptions, StripeScope } from './stripe-client.js';
import { fromSdkError } from './stripe-error.js';

/** Where a page starts, and whether it shows payloads. */
export interface PageQuery {
  readonly after: string | undefined;
  readonly limit: number;
  readonly payloads: boolean;
}

/** The four operations of the Secret Store, with their arguments in our terms and their answers checked. */
export interface StripeApi {
  find(name: string, scope: SecretScope, ctx: CallContext): Promise<StripeSecret | undefined>;
  list(scope: SecretScope, query: PageQuery, ctx: CallContext): Promise<StripePage>;
  create(
    name: string,
    payload: string,
    expiresAt: number | undefined,
    scope: SecretScope,
    ctx: CallContext,
  ): Promise<void>;
  delete(name: string, scope: SecretScope, ctx: CallContext): Promise<void>;
}

/**
 * The operations through a client. Its own retries are off: how often to try is the stack's to decide. A signal and a
 * deadline go along where the client can take them. What it rejects with is mapped, never handed on: it may hold a body.
 */
export function stripeApi(client: StripeClient, livemode: boolean | undefined, now: () => number): StripeApi {
  const { secrets } = client.apps;
  const hard = hardenedBy(client);

  async function send(
    scope: SecretScope,
    { signal, deadline, idempotencyKey }: CallContext,
    request: (whose: StripeScope, options: StripeRequestOptions) => PromiseLike<unknown>,
  ): Promise<unknown> {
    signal?.throwIfAborted();
    const tied = signal && hard?.tie(signal);
    try {
      return await request(
        scope.user === undefined ? { type: 'account' } : { type: 'user', user: scope.user },
        {
          maxNetworkRetries: 0,
          ...(scope.account !== undefined && { stripeAccount: scope.account }),
          ...(idempotencyKey !== undefined && { idempotencyKey }),
          ...(deadline !== undefined && { timeout: Math.max(1, Math.floor(deadline - now())) }), // 0 means the default
          ...(tied && { headers: tied.headers }),
        },
      );
    } catch (error) {
      signal?.throwIfAborted();
      throw fromSdkError(error);
    } finally {
      tied?.untie();
    }
  }

  function inMode(secret: StripeSecret): StripeSecret {
    if (livemode !== undefined && secret.livemode !== livemode) throw wrongMode(livemode);
    return secret;
  }

  return {
    async find(name, scope, ctx) {
      const answer = await unlessMissing(
        send(scope, ctx, (whose, options) =>
          secrets.find({ name, scope: whose, expand: ['payload'] }, options),
        ),
      );
      return answer === undefined ? undefined : inMode(readSecret(answer));
    },

    async list(scope, { after, limit, payloads }, ctx) {
      const answer = await send(scope, ctx, (whose, options) =>
        secrets.list(
          {
            scope: whose,
            limit,
            ...(after !== undefined && { starting_after: after }),
            ...(payloads && { expand: ['data.payload'] }),
          },
          options,
        ),
      );
      const page = readPage(answer);
      page.secrets.forEach(inMode);
      return page;
    },

    async create(name, payload, expiresAt, scope, ctx) {
      const answer = await send(scope, ctx, (whose, options) =>
        secrets.create(
          { name, payload, scope: whose, ...(expiresAt !== undefined && { expires_at: expiresAt }) },
          options,
        ),
      );
      inMode(readSecret(answer));
    },

    async delete(name, scope, ctx) {
      const answer = await unlessMissing(
        send(scope, ctx, (whose, options) => secrets.deleteWhere({ name, scope: whose }, options)),
      );
      if (answer !== undefined) readDeletion(answer);
    },
  };
}

/** Stripe's own "no such secret" is an answer. */
async function unlessMissing(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (isSecretError(error, 'not_found')) return undefined;
    throw error;
  }
}

function wrongMode(livemode: boolean): SecretError {
  const [asked, got] = livemode ? ['live', 'test'] : ['test', 'live'];
  return new SecretError(
    'unauthenticated',
    `the API key is one of ${got} mode, and the option livemode: ${livemode} asks for ${asked} mode. Use a ${asked}-mode key.`,
  );
}
