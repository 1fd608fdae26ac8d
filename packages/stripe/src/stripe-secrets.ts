import {
  type Answer,
  type CallContext,
  checkFunction,
  checkOptions,
  checkScope,
  isSecretError,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  type SecretScope,
  seal,
} from '@secretkit/core';
import { checkName, checkPayload, expiryInSeconds } from './check-write.js';
import { hardenedBy } from './hardened.js';
import type { StripeSecret } from './stripe-answer.js';
import { stripeApi } from './stripe-api.js';
import type { StripeClient } from './stripe-client.js';

export interface StripeSecretsOptions {
  /** A Stripe instance: of `createStripeClient`, or your own. */
  readonly client: StripeClient;
  /**
   * The account whose secrets are meant where a ref names none: a connected account that has your app installed.
   * @defaultValue the API key's own account
   */
  readonly account?: string;
  /**
   * The mode you expect. A secret of the other mode is refused instead of being served unnoticed.
   * @defaultValue whatever the API key's mode is
   */
  readonly livemode?: boolean;
  /** The clock, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

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
  const { client, account, livemode, now = () => Date.now() } = checked(options);
  const api = stripeApi(client, livemode, now);
  let listHidesPayloads = false; // until a list has shown that it does

  function whose(scope: SecretScope = {}): SecretScope {
    return account === undefined || scope.account !== undefined ? scope : { ...scope, account };
  }

  function answerOf(secret: StripeSecret | undefined): Secret | undefined {
    if (!secret || isGone(secret, now())) return undefined;
    const { payload, createdAt, expiresAt } = secret;
    if (payload === undefined)
      throw invalidData('Stripe showed the secret without its payload. Check the API version.');
    if (payload === '' || !payload.isWellFormed()) {
      throw invalidData('the payload is empty, or holds half of a surrogate pair. Write it again.');
    }
    return seal(payload, { createdAt, expiresAt });
  }

  async function get({ name, scope }: SecretRef, ctx: CallContext): Promise<Secret | undefined> {
    checkName(name);
    return answerOf(await api.find(name, whose(scope), ctx));
  }

  // What fails stands in its place; an abort fails them all.
  async function inPlace(answer: () => Secret | undefined | Promise<Secret | undefined>): Promise<Answer> {
    try {
      return await answer();
    } catch (error) {
      if (isSecretError(error)) return error;
      throw error;
    }
  }

  /** Every secret of a scope by name, from as many pages as there are. */
  async function findAll(scope: SecretScope, ctx: CallContext): Promise<Map<string, StripeSecret>> {
    const found = new Map<string, StripeSecret>();
    let after: string | undefined;
    do {
      const { secrets, hasMore } = await api.list(scope, { after, limit: maxPage, payloads: true }, ctx);
      for (const secret of secrets) found.set(secret.name, secret);
      after = hasMore ? secrets.at(-1)?.id : undefined;
    } while (after !== undefined);
    return found;
  }

  return Object.freeze<StripeSecrets>({
    name: 'stripe',
    get,

    async getMany(refs, ctx) {
      const one = (ref: SecretRef): Promise<Answer> => inPlace(() => get(ref, ctx));
      if (refs.length < 2 || listHidesPayloads) return Promise.all(refs.map(one));
      const found = await findAll(whose(refs[0]?.scope), ctx);
      return Promise.all(
        refs.map((ref) => {
          const secret = found.get(ref.name);
          if (!secret || secret.payload !== undefined) return inPlace(() => answerOf(secret));
          // That a list can expand payloads follows from Stripe's general rule for expansion, and is stated nowhere.
          listHidesPayloads = true;
          return one(ref);
        }),
      );
    },

    async list({ scope, cursor, limit = maxPage }, ctx) {
      const page = await api.list(
        whose(scope),
        { after: cursor, limit: Math.min(limit, maxPage), payloads: false },
        ctx,
      );
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
      await api.create(name, payload, expiresAt && expiryInSeconds(expiresAt, now()), whose(scope), ctx);
    },

    async delete({ name, scope }, ctx) {
      checkName(name);
      await api.delete(name, whose(scope), ctx);
    },

    canonical: ({ name, scope }) => ({ name, scope: whose(scope) }),
  });
}

function checked(options: StripeSecretsOptions): StripeSecretsOptions {
  checkOptions('stripeSecrets', options, ['client', 'account', 'livemode', 'now']);
  const { client, account, livemode, now } = options;
  if (typeof client?.apps?.secrets?.find !== 'function') {
    throw new TypeError(
      'stripeSecrets needs a client: createStripeClient({ apiKey }) of @secretkit/stripe/client, or your own Stripe instance.',
    );
  }
  if (account !== undefined) checkAccount(account);
  if (livemode !== undefined && typeof livemode !== 'boolean') {
    throw new TypeError('stripeSecrets: livemode is true or false.');
  }
  const keyMode = hardenedBy(client)?.livemode;
  if (livemode !== undefined && keyMode !== undefined && livemode !== keyMode) {
    throw new TypeError(
      `stripeSecrets: livemode is ${livemode}, and the client's API key is a ${keyMode ? 'live' : 'test'}-mode one. Use a key of the mode you mean.`,
    );
  }
  checkFunction('stripeSecrets', 'now', now);
  return options;
}

function checkAccount(account: unknown): void {
  try {
    checkScope({ account });
  } catch {
    throw new TypeError("stripeSecrets: account is the id of a connected account, such as 'acct_123'.");
  }
}

function isGone({ expiresAt }: StripeSecret, now: number): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= now;
}

function invalidData(problem: string): SecretError {
  return new SecretError('invalid_data', problem);
}
