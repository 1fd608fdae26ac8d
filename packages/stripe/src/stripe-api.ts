import {
  type CallContext,
  isSecretError,
  SecretError,
  type SecretErrorDetails,
  type SecretScope,
} from '@secretkit/core/provider';
import { modeOf } from './api-key.js';
import { answerReader, isAlike, maxSecrets, type StripePage, type StripeSecret } from './stripe-answer.js';
import { mayMeanFull } from './stripe-error.js';
import { cannotExpand, isMissing, type StripeFailure } from './stripe-failure.js';
import { type RequestRules, stripeRequests } from './stripe-requests.js';

/** What all operations go by. */
export interface ApiRules extends RequestRules {
  readonly livemode: boolean | undefined;
}

/** What to write. */
export interface Writing {
  readonly name: string;
  readonly payload: string;
  /** In epoch seconds. */
  readonly expiresAt: number | undefined;
}

/** Where a page starts, and whether it shows payloads. */
export interface PageQuery {
  readonly after: string | undefined;
  readonly limit: number;
  readonly payloads: boolean;
}

/** The four operations of the Secret Store, with their arguments in our terms and their answers checked. */
export interface StripeApi {
  find(name: string, scope: SecretScope, ctx: CallContext): Promise<StripeSecret | undefined>;
  /** Payloads are absent where Stripe does not show them in lists. */
  list(scope: SecretScope, query: PageQuery, ctx: CallContext): Promise<StripePage>;
  create(writing: Writing, scope: SecretScope, ctx: CallContext): Promise<void>;
  delete(name: string, scope: SecretScope, ctx: CallContext): Promise<void>;
}

const missing: unique symbol = Symbol('missing');
const withoutPayloads: unique symbol = Symbol('without payloads');

export function stripeApi({ livemode, ...rules }: ApiRules): StripeApi {
  const { secrets } = rules.client.apps;
  const { send, key } = stripeRequests(rules);
  const read = answerReader({ key, now: rules.now });

  function inMode<T extends { livemode: boolean | undefined; details: SecretErrorDetails }>(told: T): T {
    if (livemode === undefined || told.livemode === undefined || told.livemode === livemode) return told;
    throw wrongMode(livemode, told.details);
  }

  async function list(scope: SecretScope, query: PageQuery, ctx: CallContext): Promise<StripePage> {
    const { after, limit, payloads } = query;
    const answer = await send(
      scope,
      ctx,
      (whose, options) =>
        secrets.list(
          {
            scope: whose,
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
    page.secrets.forEach(inMode);
    return page;
  }

  async function isFull(name: string, scope: SecretScope, ctx: CallContext): Promise<boolean> {
    try {
      const { secrets: held } = await list(scope, { after: undefined, limit: 100, payloads: false }, ctx);
      return held.length >= maxSecrets && !held.some((secret) => isAlike(secret.name, name));
    } catch {
      ctx.signal?.throwIfAborted();
      return false; // the refusal stays what it was
    }
  }

  return {
    async find(name, scope, ctx) {
      const answer = await send(
        scope,
        ctx,
        (whose, options) => secrets.find({ name, scope: whose, expand: ['payload'] }, options),
        (failure) => (isMissing(failure, name) ? missing : undefined),
      );
      return answer === missing ? undefined : inMode(read.secret(answer, name, scope));
    },

    list,

    async create({ name, payload, expiresAt }, scope, ctx) {
      let refused: StripeFailure | undefined;
      try {
        const answer = await send(
          scope,
          ctx,
          (whose, options) =>
            secrets.create(
              { name, payload, scope: whose, ...(expiresAt !== undefined && { expires_at: expiresAt }) },
              options,
            ),
          (failure) => {
            refused = failure;
            return undefined;
          },
        );
        checkExpiry(inMode(read.secret(answer, name, scope)), expiresAt);
      } catch (error) {
        if (refused && mayMeanFull(refused) && (await isFull(name, scope, ctx))) throw quotaExceeded(error);
        throw error;
      }
    },

    async delete(name, scope, ctx) {
      const answer = await send(
        scope,
        ctx,
        (whose, options) => secrets.deleteWhere({ name, scope: whose }, options),
        (failure) => (isMissing(failure, name) ? missing : undefined),
      );
      if (answer !== missing) inMode(read.deletion(answer));
    },
  };
}

/** Whether a replacement without an expiry clears the old one is not known. */
function checkExpiry({ expiresAt, details }: StripeSecret, seconds: number | undefined): void {
  if (expiresAt?.getTime() === (seconds === undefined ? undefined : seconds * 1_000)) return;
  throw new SecretError(
    'invalid_data',
    'the secret was written, and keeps another expiry than it was given. Delete it, and write it again.',
    { details },
  );
}

function quotaExceeded(refusal: unknown): SecretError {
  return new SecretError(
    'quota_exceeded',
    `the scope holds ${maxSecrets} secrets, and Stripe allows no more. Delete one, or use the scope of a user.`,
    isSecretError(refusal) ? { details: refusal.details } : {},
  );
}

function wrongMode(livemode: boolean, details: SecretErrorDetails): SecretError {
  const [asked, got] = [modeOf(livemode), modeOf(!livemode)];
  return new SecretError(
    'unauthenticated',
    `the API key is one of ${got} mode, and the option livemode: ${livemode} asks for ${asked} mode. Use a ${asked}-mode key.`,
    { details },
  );
}
