import { inspect } from 'node:util';
import { isSecretError, SecretError } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failureIn, fromSdkError } from './sdk-error.js';

const canary = 'CANARY-not-a-real-secret';

describe('the error response of Stripe', () => {
  it('is read from an error of stripe-node; fields of other types are dropped', () => {
    const error = {
      type: 'StripeInvalidRequestError',
      rawType: 'invalid_request_error',
      message: 'Invalid.',
      statusCode: 400,
      code: 'parameter_invalid',
      param: null,
      requestId: 'req_123',
      headers: { 'retry-after': '1' },
      raw: { message: canary },
    };
    expect(failureIn(error)).toEqual({
      status: 400,
      code: 'parameter_invalid',
      type: 'invalid_request_error',
      param: undefined,
      message: 'Invalid.',
      requestId: 'req_123',
      headers: { 'retry-after': '1' },
    });
    const wrongTypes = {
      ...error,
      code: { toString: 1 },
      rawType: 5,
      message: [],
      requestId: {},
      headers: null,
    };
    expect(failureIn(wrongTypes)).toMatchObject({
      status: 400,
      code: undefined,
      type: undefined,
      headers: {},
    });
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['another error', new TypeError('own')],
    ['a failure without a status', { type: 'StripeAPIError' }],
    ['a status that is not a number', { type: 'StripeAPIError', statusCode: '500' }],
    [
      'a failure of the hardened client',
      { type: 'StripeConnectionError', statusCode: 500, detail: new SecretError('timeout', 'HTTP 504.') },
    ],
  ])('is not found in %s', (_, error) => {
    expect(failureIn(error)).toBeUndefined();
  });
});

describe('another error of stripe-node', () => {
  it.each<[string, unknown, string]>([
    ['a lost connection', { type: 'StripeConnectionError', detail: { code: 'ECONNRESET' } }, 'unavailable'],
    ['a connection without a detail', { type: 'StripeConnectionError' }, 'unavailable'],
    ['a timeout of stripe-node', { type: 'StripeConnectionError', detail: { code: 'ETIMEDOUT' } }, 'timeout'],
    [
      'a host that cannot be reached',
      { type: 'StripeConnectionError', detail: { code: 'ETIMEDOUT', syscall: 'connect' } },
      'unavailable',
    ],
    [
      'a header that Node cannot send',
      { type: 'StripeConnectionError', detail: { code: 'ERR_INVALID_CHAR' } },
      'unauthenticated',
    ],
    [
      'a header that fetch cannot send',
      {
        type: 'StripeConnectionError',
        detail: new TypeError(`Headers.append: "Bearer ${canary}" is an invalid header value.`),
      },
      'unauthenticated',
    ],
    [
      'a fetch that failed',
      { type: 'StripeConnectionError', detail: new TypeError('fetch failed') },
      'unavailable',
    ],
    ['a body that is not JSON', { type: 'StripeAPIError', raw: canary }, 'unavailable'],
  ])('%s', (_, thrown, code) => {
    const error = fromSdkError({ ...(thrown as object), requestId: 'req_1', message: canary });
    expect(isSecretError(error) && error).toMatchObject({ code, details: { requestId: 'req_1' } });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(canary);
  });

  it('is returned unchanged when it comes from the HTTP client of createStripeClient', () => {
    const detail = new SecretError('rate_limited', 'HTTP 429.');
    expect(fromSdkError({ type: 'StripeConnectionError', detail })).toBe(detail);
  });

  it.each([undefined, null, 'text', new TypeError('own'), { type: 'Other' }])(
    'is returned unchanged when it is not of stripe-node: %s',
    (thrown) => {
      expect(fromSdkError(thrown)).toBe(thrown);
    },
  );
});
