import type { Progress } from './run-request.js';

/** The headers of Stripe's answers. There is no Retry-After and no CORS header. */
export function responseHeaders(status: number, facts: Progress): Record<string, string> {
  const { requestId, version, caller, idempotencyKey, replayOf } = facts;
  return {
    Server: 'nginx',
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, no-store',
    'Request-Id': requestId,
    'Stripe-Version': version,
    Vary: 'Origin',
    ...(status < 500 && status !== 409 && status !== 429 ? { 'Stripe-Should-Retry': 'false' } : {}),
    ...(caller && caller.account !== caller.keyAccount ? { 'Stripe-Account': caller.account } : {}),
    ...(idempotencyKey === undefined
      ? {}
      : { 'Idempotency-Key': idempotencyKey, 'Original-Request': replayOf ?? requestId }),
    ...(replayOf === undefined ? {} : { 'Idempotent-Replayed': 'true' }),
    ...(caller
      ? {
          'X-Stripe-Routing-Context-Priority-Tier': caller.mode === 'live' ? 'api-livemode' : 'api-testmode',
        }
      : {}),
  };
}
