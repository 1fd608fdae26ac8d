import {
  type CallContext,
  own,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  type SecretScope,
  seal,
} from '@secretkit/core/provider';
import { batchReader } from './batch-reader.js';
import { checkAccount, checkFormat, checkName, checkPayload, expiryInSeconds } from './check-arguments.js';
import type { StripeSecret } from './stripe-answer.js';
import { stripeApi } from './stripe-api.js';
import { checkedOptions, type StripeSecretsOptions } from './stripe-options.js';

/** The Stripe Apps Secret Store as a provider with every capability. */
export type StripeSecrets = SecretProvider &
  Required<Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'delete' | 'canonical'>>;

/** Stripe's limit of secrets on a page. */
const maxPageSize = 100;

/**
 * Returns a provider for the Stripe Apps Secret Store. `scope.account` is a connected account that has the app installed;
 * `scope.user` is a Dashboard user of that account.
 *
 * A batch of two or more secrets of one scope is one request. An expiry is stored in whole seconds, rounded down.
 *
 * @throws `TypeError` for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { stripeSecrets } from '@secretkit/stripe';
 * import { createStoreClient } from '@secretkit/stripe/store-client';
 *
 * const client = createStoreClient({ apiKey: process.env.STRIPE_SECRET_KEY ?? 'sk_test_example' });
 * const secrets = createSecrets(stripeSecrets({ client, account: 'acct_example' }));
 * ```
 */
export function stripeSecrets(options: StripeSecretsOptions): StripeSecrets {
  const { account, now, ...settings } = checkedOptions(options);
  const api = stripeApi({ ...settings, now });
  const readBatch = batchReader();

  function withDefaultAccount(scope: SecretScope = {}): SecretScope {
    return account === undefined || own(scope, 'account') !== undefined ? scope : { ...scope, account };
  }

  function checkedScope(scope: SecretScope | undefined): SecretScope {
    checkAccount(scope);
    return withDefaultAccount(scope);
  }

  function answerOf(secret: StripeSecret | undefined): Secret | undefined {
    if (!secret || isExpired(secret, now())) return undefined;
    const { payload, createdAt, expiresAt, details } = secret;
    if (payload === undefined) {
      throw new SecretError(
        'invalid_data',
        'the response has the secret without its payload. Check the API version of the client.',
        { details },
      );
    }
    if (payload === '' || !payload.isWellFormed()) {
      throw new SecretError(
        'invalid_data',
        'the payload is empty, or has a lone surrogate. Write the secret again.',
        { details },
      );
    }
    return seal(payload, { createdAt, expiresAt });
  }

  async function get({ name, scope }: SecretRef, ctx: CallContext): Promise<Secret | undefined> {
    checkName(name);
    return answerOf(await api.find(name, checkedScope(scope), ctx));
  }

  return Object.freeze<StripeSecrets>({
    name: 'stripe',
    get,

    async getMany(refs, ctx) {
      const scope = checkedScope(refs[0]?.scope); // all refs of a batch have one scope
      return readBatch(refs, {
        find: (ref) => get(ref, ctx),
        list: (after, payloads) => api.list(scope, { after, limit: maxPageSize, payloads }, ctx),
        answerOf,
      });
    },

    async list({ scope, cursor, limit = maxPageSize }, ctx) {
      const query = { after: cursor, limit: Math.min(limit, maxPageSize), payloads: false };
      const page = await api.list(checkedScope(scope), query, ctx);
      const last = page.secrets.at(-1);
      return {
        refs: page.secrets
          .filter((secret) => !isExpired(secret, now()))
          .map(({ name }) => (scope ? { name, scope } : { name })),
        ...(page.hasMore && last && { cursor: last.id }),
      };
    },

    async set({ name, scope }, secret, ctx) {
      const payload = secret.reveal();
      const { expiresAt } = secret;
      checkName(name);
      checkFormat(secret);
      checkPayload(payload);
      const expiry = expiresAt && expiryInSeconds(expiresAt, now());
      await api.create({ name, payload, expiresAt: expiry }, checkedScope(scope), ctx);
    },

    async delete({ name, scope }, ctx) {
      checkName(name);
      await api.delete(name, checkedScope(scope), ctx);
    },

    canonical: ({ name, scope, version }) => ({
      name,
      scope: withDefaultAccount(scope),
      ...(version !== undefined && { version }), // unsupported, and never the current value
    }),
  });
}

function isExpired({ expiresAt }: StripeSecret, nowMs: number): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= nowMs;
}
