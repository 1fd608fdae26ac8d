import {
  type CallContext,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  type SecretScope,
  seal,
} from '@secretkit/core/provider';
import { batchReader } from './batch-reader.js';
import { checkAccount, checkName, checkPayload, expiryInSeconds } from './check-arguments.js';
import type { StripeSecret } from './stripe-answer.js';
import { stripeApi } from './stripe-api.js';
import { checkedOptions, type StripeSecretsOptions } from './stripe-options.js';

/** The Stripe Apps Secret Store as a provider. It can do everything. */
export type StripeSecrets = SecretProvider &
  Required<Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'delete' | 'canonical'>>;

/** The most secrets that Stripe puts on one page. */
const maxPage = 100;

/**
 * Secrets of the Stripe Apps Secret Store. `scope.account` is a connected account that has the app installed,
 * `scope.user` a Dashboard user of it.
 *
 * Two or more secrets of one scope are one request. An expiry is kept in whole seconds, rounded down.
 *
 * @throws `TypeError` for wrong options, when it is built.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { stripeSecrets } from '@secretkit/stripe';
 * import { createStripeClient } from '@secretkit/stripe/client';
 *
 * const client = createStripeClient({ apiKey: process.env.STRIPE_SECRET_KEY ?? 'sk_test_example' });
 * const secrets = createSecrets(stripeSecrets({ client, account: 'acct_example' }));
 * ```
 */
export function stripeSecrets(options: StripeSecretsOptions): StripeSecrets {
  const { account, livemode, now, ...rules } = checkedOptions(options);
  const api = stripeApi({ ...rules, livemode, now });
  const readBatch = batchReader();

  function filled(scope: SecretScope = {}): SecretScope {
    return account === undefined || scope.account !== undefined ? scope : { ...scope, account };
  }

  function whose(scope: SecretScope | undefined): SecretScope {
    checkAccount(scope);
    return filled(scope);
  }

  function answerOf(secret: StripeSecret | undefined): Secret | undefined {
    if (!secret || isGone(secret, now())) return undefined;
    const { payload, createdAt, expiresAt, details } = secret;
    if (payload === undefined) {
      throw new SecretError(
        'invalid_data',
        'Stripe showed the secret without its payload. Check the API version.',
        { details },
      );
    }
    if (payload === '' || !payload.isWellFormed()) {
      throw new SecretError(
        'invalid_data',
        'the payload is empty, or holds half of a surrogate pair. Write it again.',
        { details },
      );
    }
    return seal(payload, { createdAt, expiresAt });
  }

  async function get({ name, scope }: SecretRef, ctx: CallContext): Promise<Secret | undefined> {
    checkName(name);
    return answerOf(await api.find(name, whose(scope), ctx));
  }

  return Object.freeze<StripeSecrets>({
    name: 'stripe',
    get,

    async getMany(refs, ctx) {
      const scope = whose(refs[0]?.scope);
      return readBatch(refs, {
        find: (ref) => get(ref, ctx),
        list: (after, payloads) => api.list(scope, { after, limit: maxPage, payloads }, ctx),
        answerOf,
      });
    },

    async list({ scope, cursor, limit = maxPage }, ctx) {
      const query = { after: cursor, limit: Math.min(limit, maxPage), payloads: false };
      const page = await api.list(whose(scope), query, ctx);
      const last = page.secrets.at(-1);
      return {
        refs: page.secrets
          .filter((secret) => !isGone(secret, now()))
          .map(({ name }) => (scope ? { name, scope } : { name })),
        ...(page.hasMore && last && { cursor: last.id }),
      };
    },

    async set({ name, scope }, secret, ctx) {
      const payload = secret.reveal();
      const { expiresAt } = secret;
      checkName(name);
      checkPayload(payload);
      const expiry = expiresAt && expiryInSeconds(expiresAt, now());
      await api.create({ name, payload, expiresAt: expiry }, whose(scope), ctx);
    },

    async delete({ name, scope }, ctx) {
      checkName(name);
      await api.delete(name, whose(scope), ctx);
    },

    canonical: ({ name, scope }) => ({ name, scope: filled(scope) }),
  });
}

function isGone({ expiresAt }: StripeSecret, now: number): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= now;
}
