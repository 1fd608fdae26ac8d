import type { Mode } from '../store/secret-space.js';

/** What the headers of an answer tell. */
export interface ResponseFacts {
  readonly status: number;
  readonly requestId: string;
  readonly version: string;
  readonly mode?: Mode | undefined;
  /** The account from the `Stripe-Account` or `Stripe-Context` header. */
  readonly account?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /** The request whose answer this is, if it is given again. */
  readonly replayOf?: string | undefined;
}

/** The API version of answers to requests that name none. */
export const defaultVersion = '2026-10-28.endive';

/** The headers of Stripe's answers. There is no Retry-After and no CORS header. */
export function responseHeaders(facts: ResponseFacts): Record<string, string> {
  const { status, requestId, version, mode, account, idempotencyKey, replayOf } = facts;
  return {
    Server: 'nginx',
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, no-store',
    'Request-Id': requestId,
    'Stripe-Version': version,
    Vary: 'Origin',
    ...(status < 500 && status !== 409 && status !== 429 ? { 'Stripe-Should-Retry': 'false' } : {}),
    ...(account === undefined ? {} : { 'Stripe-Account': account }),
    ...(idempotencyKey === undefined
      ? {}
      : { 'Idempotency-Key': idempotencyKey, 'Original-Request': replayOf ?? requestId }),
    ...(replayOf === undefined ? {} : { 'Idempotent-Replayed': 'true' }),
    ...(mode === undefined
      ? {}
      : { 'X-Stripe-Routing-Context-Priority-Tier': mode === 'live' ? 'api-livemode' : 'api-testmode' }),
  };
}
