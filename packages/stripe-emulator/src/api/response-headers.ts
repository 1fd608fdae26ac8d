import type { Progress } from './run-request.js';

/** Returns the headers of a Stripe response. Stripe sends neither `Retry-After` nor CORS headers. */
export function responseHeaders(status: number, progress: Progress): Record<string, string> {
  const { requestId, version, caller, idempotencyKey, replayOf } = progress;
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
