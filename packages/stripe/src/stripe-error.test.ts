import { describe, expect, it } from 'vitest';
import { kindOfKey } from './api-key.js';
import { mayMeanFull, stripeError } from './stripe-error.js';
import type { StripeFailure } from './stripe-failure.js';

describe('the code of a failure: by Stripe’s code first, by the status second', () => {
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
    [{ status: 404, code: 'resource_missing' }, 'unavailable'],
    [{ status: 400, code: 'resource_missing' }, 'invalid_argument'],
    [{ status: 400, code: 'livemode_mismatch' }, 'unauthenticated'],
    [{ status: 401, code: 'secret_key_required' }, 'unauthenticated'],
    [{ status: 400, headers: { 'stripe-rate-limited-reason': 'global-rate' } }, 'rate_limited'],
    [{ status: 400, headers: { 'stripe-rate-limited-reason': 'constructor' } }, 'invalid_argument'],
    [
      { status: 429, code: 'lock_timeout', headers: { 'stripe-rate-limited-reason': 'global-rate' } },
      'rate_limited',
    ],
    [{ status: 200 }, 'invalid_data'],
    [{ status: 408 }, 'timeout'],
    [{ status: 408, code: 'lock_timeout' }, 'rate_limited'],
    [{ status: 409 }, 'conflict'],
    [{ status: 409, code: 'lock_timeout' }, 'rate_limited'],
    [{ status: 424, code: 'idempotency_key_in_use' }, 'unavailable'],
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

describe('retryable', () => {
  it.each<[string, Record<string, unknown>, boolean]>([
    ['no header is set', {}, true],
    ['Stripe allows a retry', { 'stripe-should-retry': 'true' }, true],
    ['Stripe refuses a retry', { 'stripe-should-retry': 'false' }, false],
    ['the response is replayed', { 'idempotent-replayed': 'true' }, false],
  ])('%s', (_, headers, retryable) => {
    expect(stripeError({ status: 503, headers }).retryable).toBe(retryable);
  });

  it('is never true for a code that is final', () => {
    expect(stripeError({ status: 403, headers: { 'stripe-should-retry': 'true' } }).retryable).toBe(false);
  });
});

describe('a retry of a write whose first attempt is in progress waits', () => {
  it.each<[string, Record<string, unknown>, number]>([
    ['two seconds', {}, 2_000],
    ['two seconds, if the response asks for less', { 'retry-after': '1' }, 2_000],
    ['as long as the response asks for, if that is more', { 'retry-after': '7' }, 7_000],
  ])('%s', (_, headers, retryAfterMs) => {
    const failure = { status: 409, code: 'idempotency_key_in_use', headers };
    expect(stripeError(failure)).toMatchObject({ retryable: true, retryAfterMs });
  });
});

describe('the message has the remedy', () => {
  const restricted = kindOfKey('rk_test_1');

  it.each<[string, StripeFailure, RegExp]>([
    [
      'an app without the permission',
      { code: 'more_permissions_required_for_application' },
      /secret_write.*stripe-app\.json.*upload/,
    ],
    ['an account without the app', { code: 'account_invalid' }, /install the app/],
    ['a refused key', { status: 401 }, /the API key\b.*Check/],
    [
      'each limit',
      { status: 429, headers: { 'stripe-rate-limited-reason': 'endpoint-concurrency' } },
      /too many concurrent requests of this operation/,
    ],
    ['a limit without a reason', { status: 429 }, /too many requests\b.*cache/],
    ['a lock', { status: 429, code: 'lock_timeout' }, /this object.*Try again/],
  ])('%s', (_, failure, message) => {
    expect(stripeError(failure).message).toMatch(message);
  });

  it.each<[string, StripeFailure, RegExp]>([
    [
      'a key without the permission',
      { code: 'more_permissions_required_for_application' },
      /^permission_denied: the restricted test-mode API key lacks .*secret_write.*Dashboard/,
    ],
    ['a refused key', { status: 401 }, /the restricted test-mode API key/],
    ['a key without a permission', { status: 403 }, /the restricted test-mode API key/],
    ['an expired key', { code: 'api_key_expired' }, /the restricted test-mode API key.*expired/],
  ])('and the kind of the key, when it is known: %s', (_, failure, message) => {
    expect(stripeError(failure, { key: restricted }).message).toMatch(message);
  });
});

it('a date in Retry-After is measured from the given clock', () => {
  const headers = { 'retry-after': 'Tue, 24 Nov 2026 12:00:05 GMT' };
  const now = () => Date.parse('2026-11-24T12:00:00Z');
  expect(stripeError({ status: 429, headers }, { now }).retryAfterMs).toBe(5_000);
});

describe('a refusal of a write may mean that the scope is full', () => {
  it.each<[StripeFailure, boolean]>([
    [{ status: 400 }, true],
    [{ status: 400, code: 'an_unlisted_code' }, true],
    [{ status: 409 }, true],
    [{ status: 429 }, true],
    [{ status: 429, code: 'rate_limit' }, false],
    [{ status: 429, headers: { 'stripe-rate-limited-reason': 'endpoint-rate' } }, false],
    [{ status: 400, type: 'idempotency_error' }, false],
    [{ status: 403, code: 'account_invalid' }, false],
    [{ status: 401 }, false],
    [{ status: 404 }, false],
    [{ status: 500 }, false],
    [{}, false],
  ])('%o: %s', (failure, may) => {
    expect(mayMeanFull(failure)).toBe(may);
  });
});
