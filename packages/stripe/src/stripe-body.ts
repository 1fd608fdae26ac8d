import { isPlainObject, SecretError } from '@secretkit/core/provider';
import { fieldsOf, jsonOf, type ReadResponse } from '@secretkit/http/transport';
import { stripeError } from './stripe-error.js';

/**
 * Returns the JSON object in the body of a response: a result of Stripe, or an error of Stripe.
 *
 * @throws `unavailable` for a body that is not JSON. For JSON that is not from Stripe: the code of the status, or
 * `invalid_data` when the status is a success. The body is never quoted.
 */
export function stripeBody(response: ReadResponse): object {
  const { status, headers, details } = response;
  const ok = status >= 200 && status < 300;
  const body = jsonOf(response);
  if (isPlainObject(body) && hasExpectedError(ok, fieldsOf(body)['error'])) return body;
  if (!ok) throw stripeError({ ...details, headers: Object.fromEntries(headers.entries()) });
  throw new SecretError(
    'invalid_data',
    'the response is JSON, but not from Stripe. Check for a proxy between this host and Stripe.',
    { details },
  );
}

/**
 * A failed response must have an error: otherwise stripe-node would resolve the request. A successful one must not have an
 * invalid error: stripe-node would crash on it.
 */
function hasExpectedError(ok: boolean, error: unknown): boolean {
  return isStripeError(error) || (ok && !error);
}

/** An error of the API is an object, an error of OAuth a string. */
function isStripeError(error: unknown): boolean {
  return isPlainObject(error) || (typeof error === 'string' && error !== '');
}
