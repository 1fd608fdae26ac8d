import type { AssumedErrorName, ResolvedErrors } from '../options/assumed-errors.js';
import { ApiFailure } from './api-failure.js';

// Errors with Stripe's messages, one function for each. Messages that are only assumed are switches of `assume`.

/** Returns an error that Stripe does not document fully. `values` replace the placeholders of its message. */
export function assumedFailure(
  errors: ResolvedErrors,
  name: AssumedErrorName,
  values: Readonly<Record<string, string>> = {},
): ApiFailure {
  const { status, code, message, param } = errors[name];
  const replacements = new Map(Object.entries(values)); // a Map: a placeholder may be called constructor
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (placeholder, key: string) => replacements.get(key) ?? placeholder);
  return new ApiFailure({ status, code, message: fill(message), param: param === null ? null : fill(param) });
}

export function missingKey(): ApiFailure {
  return new ApiFailure({
    status: 401,
    message:
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
  });
}

export function badKey(maskedKey: string): ApiFailure {
  return new ApiFailure({ status: 401, message: `Invalid API Key provided: ${maskedKey}` });
}

export function unknownUrl(method: string, path: string): ApiFailure {
  return new ApiFailure({
    status: 404,
    message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  });
}

export function notAForm(): ApiFailure {
  return new ApiFailure({
    status: 400,
    message:
      'Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.',
  });
}

/** The values of `Stripe-Rate-Limited-Reason`. */
export type RateLimitedReason =
  | 'global-concurrency'
  | 'global-rate'
  | 'endpoint-concurrency'
  | 'endpoint-rate'
  | 'resource-specific';

export function rateLimited(reason: RateLimitedReason, shouldRetry: boolean | null): ApiFailure {
  return new ApiFailure({
    status: 429,
    code: 'rate_limit',
    message:
      'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
    headers: {
      'Stripe-Rate-Limited-Reason': reason,
      ...(shouldRetry === null ? {} : { 'Stripe-Should-Retry': String(shouldRetry) }),
    },
  });
}

export function lockTimeout(): ApiFailure {
  return new ApiFailure({
    status: 429,
    code: 'lock_timeout',
    message:
      "This object can't be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request.",
    headers: { 'Stripe-Should-Retry': 'true' },
  });
}

export function idempotencyKeyInUse(key: string): ApiFailure {
  return new ApiFailure({
    status: 409,
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  });
}

export function idempotencyKeyReused(key: string): ApiFailure {
  return new ApiFailure({
    status: 400,
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });
}

/** Returns the error for unknown parameters. `suggestion` is a known parameter with a similar name. */
export function unknownParams(names: readonly string[], suggestion?: string): ApiFailure {
  const hint = suggestion === undefined ? '' : `. Did you mean ${suggestion}?`;
  return new ApiFailure({
    status: 400,
    code: 'parameter_unknown',
    message: `Received unknown parameter${names.length > 1 ? 's' : ''}: ${names.join(', ')}${hint}`,
    param: names[0] ?? null,
  });
}

export function missingParam(param: string): ApiFailure {
  return new ApiFailure({
    status: 400,
    code: 'parameter_missing',
    message: `Missing required param: ${param}.`,
    param,
  });
}

export function emptyParam(param: string): ApiFailure {
  return new ApiFailure({
    status: 400,
    code: 'parameter_invalid_empty',
    message: `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
    param,
  });
}

export function notAnInteger(param: string, value: string): ApiFailure {
  return new ApiFailure({
    status: 400,
    code: 'parameter_invalid_integer',
    message: `Invalid integer: ${value}`,
    param,
  });
}

export function integerOutOfRange(param: string, limit: string): ApiFailure {
  return new ApiFailure({
    status: 400,
    code: 'parameter_invalid_integer',
    message: `This value must be ${limit}.`,
    param,
  });
}

export function cannotExpand(path: string): ApiFailure {
  return invalidParam('expand', `This property cannot be expanded (${path}).`);
}

export function expandTooDeep(path: string): ApiFailure {
  return new ApiFailure({
    status: 400,
    code: 'property_expansion_max_depth',
    message: `You cannot expand more than 4 levels of a property. Property: ${path}`,
    param: 'expand',
  });
}

export function invalidParam(param: string, message: string): ApiFailure {
  return new ApiFailure({ status: 400, message, param });
}
