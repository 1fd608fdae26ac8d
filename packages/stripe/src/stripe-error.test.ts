import { inspect } from 'node:util';
import { isSecretError, SecretError } from '@secretkit/core';
import { describe, expect, it } from 'vitest';
import { fromSdkError, type StripeFailure, stripeError } from './stripe-error.js';

describe('the code of a failure: the vendor’s own code first, the status second', () => {
  it.each<[StripeFailure, string]>([
    [{ status: 400 }, 'invalid_argument'],
    [{ status: 400, code: 'parameter_unknown' }, 'invalid_argument'],
    [{ status: 400, code: 'lock_timeout' }, 'rate_limited'],
    [{ status: 400, code: 'rate_limit' }, 'rate_limited'],
    [{ status: 400, code: 'account_invalid' }, 'permission_denied'],
    [{ status: 400, type: 'idempotency_error' }, 'conflict'],
    [{ status: 401 }, 'unauthenticated'],
    [{ status: 401, code: 'api_key_expired' }, 'unauthenticated'],
    [{ status: 401, code: 'platform_api_key_expired' }, 'unauthenticated'],
    [{ status: 403 }, 'permission_denied'],
    [{ status: 403, code: 'more_permissions_required_for_application' }, 'permission_denied'],
    [{ status: 404 }, 'unavailable'],
    [{ status: 404, code: 'resource_missing' }, 'not_found'],
    [{ status: 409 }, 'conflict'],
    [{ status: 409, code: 'idempotency_key_in_use' }, 'unavailable'],
    [{ status: 424 }, 'unavailable'],
    [{ status: 429 }, 'rate_limited'],
    [{ status: 429, code: 'lock_timeout' }, 'rate_limited'],
    [{ status: 500 }, 'unavailable'],
    [{ status: 503 }, 'unavailable'],
    [{ status: 599 }, 'unavailable'],
    [{ status: 300 }, 'unavailable'],
    [{ status: 302 }, 'unavailable'],
    [{ status: 399 }, 'unavailable'],
    [{ status: 402 }, 'unknown'],
    [{ status: 418, code: 'constructor' }, 'unknown'],
    [{}, 'unknown'],
  ])('%o is %s', (failure, code) => {
    expect(stripeError(failure).code).toBe(code);
  });
});

describe('whether to try again', () => {
  it.each<[string, Record<string, unknown>, boolean]>([
    ['nothing is said', {}, true],
    ['Stripe says so', { 'stripe-should-retry': 'true' }, true],
    ['Stripe says no', { 'stripe-should-retry': 'false' }, false],
    ['the answer is a saved one', { 'idempotent-replayed': 'true' }, false],
  ])('when %s', (_, headers, retryable) => {
    expect(stripeError({ status: 503, headers }).retryable).toBe(retryable);
  });

  it('is never yes for a code that is final', () => {
    expect(stripeError({ status: 403, headers: { 'stripe-should-retry': 'true' } }).retryable).toBe(false);
  });
});

describe('how long to wait', () => {
  it.each<[unknown, number | undefined]>([
    ['7', 7_000],
    ['0', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
    [7, undefined],
    [undefined, undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['no date GMT', undefined],
  ])('retry-after: %s', (header, ms) => {
    expect(stripeError({ status: 429, headers: { 'retry-after': header } }).retryAfterMs).toBe(ms);
  });

  it('is read from a date in the future', () => {
    const header = new Date(Date.now() + 60_000).toUTCString();
    const { retryAfterMs = 0 } = stripeError({ status: 429, headers: { 'retry-after': header } });
    expect(Math.abs(retryAfterMs - 60_000)).toBeLessThan(5_000);
  });
});

describe('what stripe-node rejects with', () => {
  const canary = 'CANARY-not-a-real-secret';

  it('keeps the status, the request id and Stripe’s code, and nothing else', () => {
    const error = fromSdkError({
      type: 'StripeInvalidRequestError',
      rawType: 'invalid_request_error',
      message: `Invalid payload: ${canary}`,
      statusCode: 400,
      code: 'parameter_invalid',
      requestId: 'req_123',
      headers: { authorization: canary },
      raw: { message: canary },
    });
    expect(error).toMatchObject({
      code: 'invalid_argument',
      details: { status: 400, requestId: 'req_123', vendorCode: 'parameter_invalid' },
    });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(canary);
  });

  it.each<[string, unknown, string]>([
    ['a lost connection', { type: 'StripeConnectionError', detail: { code: 'ECONNRESET' } }, 'unavailable'],
    ['a connection without a detail', { type: 'StripeConnectionError' }, 'unavailable'],
    ['its own time-out', { type: 'StripeConnectionError', detail: { code: 'ETIMEDOUT' } }, 'timeout'],
    ['a body that is no JSON', { type: 'StripeAPIError' }, 'unavailable'],
  ])('%s', (_, thrown, code) => {
    expect(isSecretError(fromSdkError(thrown)) && (fromSdkError(thrown) as SecretError).code).toBe(code);
  });

  it('hands on what the hardened client has classified already', () => {
    const detail = new SecretError('rate_limited', 'slow down.');
    expect(fromSdkError({ type: 'StripeConnectionError', detail })).toBe(detail);
  });

  it.each([undefined, null, 'text', new TypeError('own'), { type: 'Other' }])(
    'leaves %s as it is',
    (thrown) => {
      expect(fromSdkError(thrown)).toBe(thrown);
    },
  );
});
