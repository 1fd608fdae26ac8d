import { error, name } from '../responses.js';
import { type Fault, fails, serving } from './fault.js';

const final = { retryable: false } as const;

/** Stripe responds with an error. */
export const stripeErrors: readonly Fault[] = [
  {
    name: '429 `rate_limit`',
    serve: serving(error(429, { code: 'rate_limit' }, { 'stripe-rate-limited-reason': 'endpoint-rate' })),
    outcomes: fails('rate_limited', 429, { vendorCode: 'rate_limit' }),
  },
  {
    name: '429 with `Retry-After: 3`',
    serve: serving(error(429, { code: 'rate_limit' }, { 'retry-after': '3' })),
    outcomes: fails('rate_limited', 429, { vendorCode: 'rate_limit', retryAfterMs: 3_000 }),
  },
  {
    name: '429 `lock_timeout` with `Stripe-Should-Retry: true`',
    serve: serving(error(429, { code: 'lock_timeout' }, { 'stripe-should-retry': 'true' })),
    outcomes: fails('rate_limited', 429, { vendorCode: 'lock_timeout' }),
  },
  {
    name: '429 with `Stripe-Should-Retry: false`',
    serve: serving(error(429, {}, { 'stripe-should-retry': 'false' })),
    outcomes: fails('rate_limited', 429, final),
  },
  {
    name: '400 `lock_timeout`: a rate limit with another status',
    serve: serving(error(400, { code: 'lock_timeout' })),
    outcomes: fails('rate_limited', 400, { vendorCode: 'lock_timeout' }),
  },
  {
    name: '400 with `Stripe-Rate-Limited-Reason`',
    serve: serving(error(400, {}, { 'stripe-rate-limited-reason': 'global-rate' })),
    outcomes: fails('rate_limited', 400),
  },
  ...[500, 502, 503, 504].map((status) => ({
    name: `${status}`,
    serve: serving(error(status, { type: 'api_error' })),
    outcomes: fails('unavailable', status),
  })),
  {
    name: '500 with `Stripe-Should-Retry: false`',
    serve: serving(error(500, { type: 'api_error' }, { 'stripe-should-retry': 'false' })),
    outcomes: fails('unavailable', 500, final),
  },
  {
    name: '500 with `Idempotent-Replayed: true`',
    serve: serving(error(500, { type: 'api_error' }, { 'idempotent-replayed': 'true' })),
    outcomes: fails('unavailable', 500, final),
  },
  {
    name: '408',
    serve: serving(error(408, {})),
    outcomes: fails('timeout', 408),
  },
  {
    name: '424',
    serve: serving(error(424, { type: 'api_error' })),
    outcomes: fails('unavailable', 424),
  },
  {
    name: '409 `idempotency_key_in_use`',
    serve: serving(error(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' })),
    outcomes: fails('unavailable', 409, { vendorCode: 'idempotency_key_in_use', retryAfterMs: 2_000 }),
  },
  { name: '409 without a code', serve: serving(error(409, {})), outcomes: fails('conflict', 409) },
  {
    name: '400 `idempotency_error`: the idempotency key was used with other parameters',
    serve: serving(error(400, { type: 'idempotency_error' })),
    outcomes: fails('conflict', 400),
  },
  {
    name: '400 with another code, such as `parameter_invalid_empty`',
    serve: serving(error(400, { code: 'parameter_invalid_empty', param: 'payload' })),
    outcomes: fails('invalid_argument', 400, { vendorCode: 'parameter_invalid_empty' }),
  },
  {
    name: '404 `resource_missing` for the name',
    serve: serving(error(404, { code: 'resource_missing', message: `No such secret: '${name}'` })),
    outcomes: {
      get: 'missing',
      delete: 'success',
      others: fails('unavailable', 404, { vendorCode: 'resource_missing' }),
    },
  },
  {
    name: '404 `resource_missing` for another object, such as a user',
    serve: serving(
      error(404, { code: 'resource_missing', param: 'scope[user]', message: "No such user: 'usr_1'" }),
    ),
    outcomes: fails('unavailable', 404, { vendorCode: 'resource_missing' }),
  },
  { name: '404 without a code', serve: serving(error(404, {})), outcomes: fails('unavailable', 404) },
  { name: '401', serve: serving(error(401, {})), outcomes: fails('unauthenticated', 401) },
  {
    name: '401 `api_key_expired`',
    serve: serving(error(401, { code: 'api_key_expired' })),
    outcomes: fails('unauthenticated', 401, { vendorCode: 'api_key_expired' }),
  },
  { name: '403', serve: serving(error(403, {})), outcomes: fails('permission_denied', 403) },
  {
    name: '403 `more_permissions_required_for_application`',
    serve: serving(error(403, { code: 'more_permissions_required_for_application' })),
    outcomes: fails('permission_denied', 403, { vendorCode: 'more_permissions_required_for_application' }),
  },
  ...[400, 401, 403].map((status) => ({
    name: `${status} \`account_invalid\``,
    serve: serving(error(status, { code: 'account_invalid' })),
    outcomes: fails('permission_denied', status, { vendorCode: 'account_invalid' }),
  })),
  { name: '402', serve: serving(error(402, { type: 'card_error' })), outcomes: fails('unknown', 402) },
  { name: '418, or another status', serve: serving(error(418, {})), outcomes: fails('unknown', 418) },
];
