import {
  type CallContext,
  isSecretError,
  SecretError,
  type SecretErrorDetails,
  type SecretScope,
  throwIfAborted,
} from '@secretkit/core/provider';
import { modeOf } from './api-key.js';
import {
  answerReader,
  maxSecrets,
  mayBeSameName,
  type StripePage,
  type StripeSecret,
} from './stripe-answer.js';
import { mayMeanFull } from './stripe-error.js';
import { cannotExpand, isMissing, type StripeFailure } from './stripe-failure.js';
import { type RequestSettings, stripeRequests } from './stripe-requests.js';

/** The settings of all operations of a provider. */
export interface ApiSettings extends RequestSettings {
  readonly livemode: boolean | undefined;
}

/** The secret to write. */
export interface NewSecret {
  readonly name: string;
  readonly payload: string;
  /** In epoch seconds. */
  readonly expiresAt: number | undefined;
}

/** The start and the size of a page, and whether it should contain payloads. */
export interface PageQuery {
  readonly after: string | undefined;
  readonly limit: number;
  readonly payloads: boolean;
}

/** The four operations of the Secret Store, with core's arguments and checked answers. */
export interface StripeApi {
  find(name: string, scope: SecretScope, ctx: CallContext): Promise<StripeSecret | undefined>;
  /** The payloads are absent when Stripe does not include them in lists. */
  list(scope: SecretScope, query: PageQuery, ctx: CallContext): Promise<StripePage>;
  create(secret: NewSecret, scope: SecretScope, ctx: CallContext): Promise<void>;
  delete(name: string, scope: SecretScope, ctx: CallContext): Promise<void>;
}

const missing: unique symbol = Symbol('missing');
const withoutPayloads: unique symbol = Symbol('without payloads');

export function stripeApi({ livemode, ...settings }: ApiSettings): StripeApi {
  const { secrets } = settings.client.apps;
  const { send, key, inExtension } = stripeRequests(settings);
  const read = answerReader({ key, inExtension, now: settings.now });

  function checkMode<T extends { livemode: boolean | undefined; details: SecretErrorDetails }>(answer: T): T {
    if (livemode === undefined || answer.livemode === undefined || answer.livemode === livemode)
      return answer;
    throw wrongMode(livemode, inExtension, answer.details);
  }

  async function list(scope: SecretScope, query: PageQuery, ctx: CallContext): Promise<StripePage> {
    const { after, limit, payloads } = query;
    const answer = await send(
      scope,
      ctx,
      (stripeScope, options) =>
        secrets.list(
          {
            scope: stripeScope,
            limit,
            ...(after !== undefined && { starting_after: after }),
            ...(payloads && { expand: ['data.payload'] }),
          },
          options,
        ),
      (failure) => (payloads && cannotExpand(failure) ? withoutPayloads : undefined),
    );
    if (answer === withoutPayloads) return list(scope, { ...query, payloads: false }, ctx);
    const page = read.page(answer, scope);
    page.secrets.forEach(checkMode);
    return page;
  }

  async function isFull(name: string, scope: SecretScope, ctx: CallContext): Promise<boolean> {
    try {
      const page = await list(scope, { after: undefined, limit: 100, payloads: false }, ctx);
      const exists = page.secrets.some((secret) => mayBeSameName(secret.name, name));
      return page.secrets.length >= maxSecrets && !exists && !page.hasMore; // the name may be on the next page
    } catch {
      throwIfAborted(ctx.signal);
      return false; // the caller gets the error of the write
    }
  }

  return {
    async find(name, scope, ctx) {
      const answer = await send(
        scope,
        ctx,
        (stripeScope, options) => secrets.find({ name, scope: stripeScope, expand: ['payload'] }, options),
        (failure) => (isMissing(failure, name) ? missing : undefined),
      );
      return answer === missing ? undefined : checkMode(read.secret(answer, name, scope));
    },

    list,

    async create({ name, payload, expiresAt }, scope, ctx) {
      let refusal: StripeFailure | undefined;
      try {
        const answer = await send(
          scope,
          ctx,
          (stripeScope, options) =>
            secrets.create(
              {
                name,
                payload,
                scope: stripeScope,
                ...(expiresAt !== undefined && { expires_at: expiresAt }),
              },
              options,
            ),
          (failure) => {
            refusal = failure;
            return undefined;
          },
        );
        checkExpiry(checkMode(read.secret(answer, name, scope)), expiresAt);
      } catch (error) {
        if (refusal && mayMeanFull(refusal) && (await isFull(name, scope, ctx))) throw quotaExceeded(error);
        throw error;
      }
    },

    async delete(name, scope, ctx) {
      const answer = await send(
        scope,
        ctx,
        (stripeScope, options) => secrets.deleteWhere({ name, scope: stripeScope }, options),
        (failure) => (isMissing(failure, name) ? missing : undefined),
      );
      if (answer !== missing) checkMode(read.deletion(answer));
    },
  };
}

// Stripe's documentation does not say whether a replacement without an expiry removes the old expiry.
function checkExpiry({ expiresAt, details }: StripeSecret, seconds: number | undefined): void {
  if (expiresAt?.getTime() === (seconds === undefined ? undefined : seconds * 1_000)) return;
  throw new SecretError(
    'invalid_data',
    'Stripe stored the secret with another expiry than the requested one. Delete the secret, and write it again.',
    { details },
  );
}

function quotaExceeded(refusal: unknown): SecretError {
  return new SecretError(
    'quota_exceeded',
    `the scope holds ${maxSecrets} secrets, the limit of Stripe. Delete a secret, or use the scope of a user.`,
    isSecretError(refusal) ? { details: refusal.details } : {},
  );
}

function wrongMode(livemode: boolean, inExtension: boolean, details: SecretErrorDetails): SecretError {
  const [expected, actual] = [modeOf(livemode), modeOf(!livemode)];
  const [owner, remedy] = inExtension
    ? ['Dashboard is in', `Switch it to ${expected} mode`]
    : ['API key belongs to', `Use a ${expected}-mode key`];
  return new SecretError(
    'unauthenticated',
    `the ${owner} ${actual} mode, but the option livemode is ${livemode}. ${remedy}.`,
    { details },
  );
}
