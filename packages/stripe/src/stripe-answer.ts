import { SecretError, type SecretErrorDetails, type SecretScope } from '@secretkit/core/provider';
import { fieldsOf } from './fields-of.js';
import { type ErrorContext, stripeError } from './stripe-error.js';

/** One secret as Stripe tells of it. */
export interface StripeSecret {
  readonly id: string;
  readonly name: string;
  /** Whose it is, if the answer says so. */
  readonly scope: { readonly user: string | undefined } | undefined;
  readonly livemode: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  /** Absent where it was not expanded. */
  readonly payload: string | undefined;
  /** Of the response that it came in. */
  readonly details: SecretErrorDetails;
}

/** The most secrets that a scope holds. */
export const maxSecrets = 10;

/** One page of them. */
export interface StripePage {
  readonly secrets: readonly StripeSecret[];
  readonly hasMore: boolean;
}

/** Reads what stripe-node resolves with, which need not be what its types say. */
export interface AnswerReader {
  /**
   * @throws `invalid_data` when the answer is no secret, or another one than was asked for; the status's code when it is
   * another JSON body, which stripe-node resolves with although the request failed.
   */
  secret(answer: unknown, name: string, scope: SecretScope): StripeSecret;
  /** @throws As `secret`. */
  page(answer: unknown, scope: SecretScope): StripePage;
  /** @throws As `secret`, when the answer does not say that the secret is deleted. It need not tell the mode. */
  deletion(answer: unknown): Pick<StripeSecret, 'details'> & { readonly livemode: boolean | undefined };
}

export function answerReader(context: ErrorContext = {}): AnswerReader {
  return {
    secret(answer, name, scope) {
      const secret = secretIn(answer, checkStatus(answer, context));
      if (!isAlike(secret.name, name) || !isOf(scope, secret))
        throw malformed('the secret that was asked for', secret.details);
      return secret;
    },

    page(answer, scope) {
      const details = checkStatus(answer, context);
      const { object, data, has_more } = fieldsOf(answer);
      if (object !== 'list' || !Array.isArray(data) || typeof has_more !== 'boolean')
        throw malformed('a list of secrets', details);
      const secrets = data.map((each) => secretIn(each, details));
      if (!secrets.every((secret) => isOf(scope, secret))) {
        throw malformed('the list that was asked for', details);
      }
      return { secrets, hasMore: has_more };
    },

    deletion(answer) {
      const details = checkStatus(answer, context);
      const { object, deleted, livemode } = fieldsOf(answer);
      if (object !== 'apps.secret' || deleted !== true) throw malformed('a deleted secret', details);
      return { livemode: typeof livemode === 'boolean' ? livemode : undefined, details };
    },
  };
}

/** May they be the same name? Whether Stripe tells cases apart is not known. */
export function isAlike(one: string, other: string): boolean {
  return one === other || folded(one) === folded(other);
}

function isOf({ user }: SecretScope, { scope }: StripeSecret): boolean {
  return scope === undefined || scope.user === user;
}

function folded(name: string): string {
  return name.normalize().toLowerCase();
}

function secretIn(answer: unknown, details: SecretErrorDetails): StripeSecret {
  const { object, id, name, scope, livemode, created, expires_at, payload } = fieldsOf(answer);
  if (object !== 'apps.secret' || typeof id !== 'string' || typeof name !== 'string' || name === '')
    throw malformed('a secret', details);
  if (typeof livemode !== 'boolean' || !isSeconds(created)) throw malformed('a secret', details);
  if (expires_at !== null && expires_at !== undefined && !isSeconds(expires_at))
    throw malformed('a secret', details);
  return {
    id,
    name,
    scope: scopeIn(scope, details),
    livemode,
    createdAt: fromSeconds(created),
    expiresAt: isSeconds(expires_at) ? fromSeconds(expires_at) : undefined,
    payload: typeof payload === 'string' ? payload : undefined,
    details,
  };
}

function scopeIn(scope: unknown, details: SecretErrorDetails): StripeSecret['scope'] {
  if (scope === undefined) return undefined;
  const { type, user } = fieldsOf(scope);
  if (type === 'account') return { user: undefined };
  if (type === 'user' && typeof user === 'string') return { user };
  throw malformed('a secret', details);
}

/** What is known of the response, if it is one of success. */
function checkStatus(answer: unknown, context: ErrorContext): SecretErrorDetails {
  const {
    statusCode,
    status = statusCode,
    requestId: id,
    headers,
  } = fieldsOf(fieldsOf(answer)['lastResponse']);
  const requestId = typeof id === 'string' ? id : undefined;
  if (typeof status === 'number' && (status < 200 || status >= 300)) {
    throw stripeError({ status, requestId, headers: recordOf(headers) }, context);
  }
  return {
    ...(typeof status === 'number' && { status }),
    ...(requestId !== undefined && { requestId }),
  };
}

// Of the fetch client, the last response is a `Response`, whose headers are no plain object.
function recordOf(headers: unknown): Partial<Record<string, unknown>> {
  return headers instanceof Headers ? Object.fromEntries(headers) : fieldsOf(headers);
}

/** Is it a moment that a Date can hold? */
function isSeconds(thing: unknown): thing is number {
  return typeof thing === 'number' && Math.abs(thing) <= 8.64e12;
}

function fromSeconds(seconds: number): Date {
  return new Date(seconds * 1_000);
}

function malformed(expected: string, details: SecretErrorDetails): SecretError {
  return new SecretError(
    'invalid_data',
    `the answer was JSON, and not ${expected}. Check for a proxy in between.`,
    { details },
  );
}
