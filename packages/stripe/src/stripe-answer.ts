import { own, SecretError, type SecretErrorDetails, type SecretScope } from '@secretkit/core/provider';
import { fieldsOf } from '@secretkit/http/transport';
import { type ErrorContext, stripeError } from './stripe-error.js';

/** A secret in a response of Stripe. */
export interface StripeSecret {
  readonly id: string;
  readonly name: string;
  /** Its scope, when the response has it. */
  readonly scope: { readonly user: string | undefined } | undefined;
  readonly livemode: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  /** Absent when it was not expanded. */
  readonly payload: string | undefined;
  /** The facts of the response that are safe to log. */
  readonly details: SecretErrorDetails;
}

/** Stripe's limit of secrets in a scope. */
export const maxSecrets = 10;

/** A page of a list. */
export interface StripePage {
  readonly secrets: readonly StripeSecret[];
  readonly hasMore: boolean;
}

/** Reads the results of stripe-node, which may differ from its types. */
export interface AnswerReader {
  /**
   * @throws `invalid_data` when the answer is not a secret, or is another secret than the requested one; the code of the
   * status when the request failed: stripe-node resolves a failed request whose body is JSON without an error.
   */
  secret(answer: unknown, name: string, scope: SecretScope): StripeSecret;
  /** @throws As `secret`. */
  page(answer: unknown, scope: SecretScope): StripePage;
  /** @throws As `secret`, and when the answer does not confirm the deletion. The mode is optional here. */
  deletion(answer: unknown): Pick<StripeSecret, 'details'> & { readonly livemode: boolean | undefined };
}

export function answerReader(context: ErrorContext = {}): AnswerReader {
  return {
    secret(answer, name, scope) {
      const secret = readSecret(answer, checkStatus(answer, context));
      if (!mayBeSameName(secret.name, name) || !isInScope(scope, secret))
        throw malformed('the requested secret', secret.details);
      return secret;
    },

    page(answer, scope) {
      const details = checkStatus(answer, context);
      const { object, data, has_more } = fieldsOf(answer);
      if (object !== 'list' || !Array.isArray(data) || typeof has_more !== 'boolean')
        throw malformed('a list of secrets', details);
      const secrets = data.map((each) => readSecret(each, details));
      if (!secrets.every((secret) => isInScope(scope, secret))) {
        throw malformed('the requested list', details);
      }
      if (has_more && secrets.length === 0) throw malformed('a complete list', details); // there is no cursor
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

/** Whether Stripe may treat both as the same name. Its documentation does not say whether names are case-sensitive. */
export function mayBeSameName(one: string, other: string): boolean {
  return one === other || foldCase(one) === foldCase(other);
}

function foldCase(name: string): string {
  return name.normalize().toLowerCase();
}

function isInScope(owner: SecretScope, { scope }: StripeSecret): boolean {
  return scope === undefined || scope.user === own(owner, 'user');
}

function readSecret(answer: unknown, details: SecretErrorDetails): StripeSecret {
  const { object, id, name, scope, livemode, created, expires_at, payload } = fieldsOf(answer);
  if (
    object !== 'apps.secret' ||
    typeof id !== 'string' ||
    typeof name !== 'string' ||
    id === '' ||
    name === ''
  )
    throw malformed('a secret', details);
  if (typeof livemode !== 'boolean' || !isTimestamp(created)) throw malformed('a secret', details);
  if (expires_at !== null && expires_at !== undefined && !isTimestamp(expires_at))
    throw malformed('a secret', details);
  return {
    id,
    name,
    scope: readScope(scope, details),
    livemode,
    createdAt: toDate(created),
    expiresAt: isTimestamp(expires_at) ? toDate(expires_at) : undefined,
    payload: typeof payload === 'string' ? payload : undefined,
    details,
  };
}

function readScope(scope: unknown, details: SecretErrorDetails): StripeSecret['scope'] {
  if (scope === undefined) return undefined;
  const { type, user } = fieldsOf(scope);
  if (type === 'account') return { user: undefined };
  if (type === 'user' && typeof user === 'string') return { user };
  throw malformed('a secret', details);
}

/** Returns the facts of a successful response. @throws the error of the status otherwise. */
function checkStatus(answer: unknown, context: ErrorContext): SecretErrorDetails {
  const {
    statusCode,
    status = statusCode,
    requestId: id,
    headers,
  } = fieldsOf(fieldsOf(answer)['lastResponse']);
  const requestId = typeof id === 'string' ? id : undefined;
  if (typeof status === 'number' && (status < 200 || status >= 300)) {
    throw stripeError({ status, requestId, headers: toRecord(headers) }, context);
  }
  return {
    ...(typeof status === 'number' && { status }),
    ...(requestId !== undefined && { requestId }),
  };
}

// The last response of stripe-node's fetch client has a `Headers` object, of the runtime or of a package.
function toRecord(headers: unknown): Partial<Record<string, unknown>> {
  const isList = typeof fieldsOf(headers)['entries'] === 'function' && Symbol.iterator in Object(headers);
  return isList ? Object.fromEntries(headers as Iterable<[string, unknown]>) : fieldsOf(headers); // it is iterable
}

/** Whether this is a number of seconds that a Date can hold. */
function isTimestamp(thing: unknown): thing is number {
  return typeof thing === 'number' && Math.abs(thing) <= 8.64e12;
}

function toDate(seconds: number): Date {
  return new Date(seconds * 1_000);
}

function malformed(expected: string, details: SecretErrorDetails): SecretError {
  return new SecretError(
    'invalid_data',
    `the response is JSON, but not ${expected}. Check for a proxy between this host and Stripe.`,
    { details },
  );
}
