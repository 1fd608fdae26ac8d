import { inspect } from 'node:util';
import { isSecretError, SecretError } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failureIn, fromSdkError } from './sdk-error.js';

const canary = 'CANARY-not-a-real-secret';

describe('what Stripe answered', () => {
  it('is read from what stripe-node rejected with, as far as it is text', () => {
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
    const strange = {
      ...error,
      code: { toString: 1 },
      rawType: 5,
      message: [],
      requestId: {},
      headers: null,
    };
    expect(failureIn(strange)).toMatchObject({ status: 400, code: undefined, type: undefined, headers: {} });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an error of another kind', new TypeError('own')],
    ['a failure without a status', { type: 'StripeAPIError' }],
    ['a status that is none', { type: 'StripeAPIError', statusCode: '500' }],
    [
      'a failure of the hardened client',
      { type: 'StripeConnectionError', statusCode: 500, detail: new SecretError('timeout', 'late.') },
    ],
  ])('is not in %s', (_, error) => {
    expect(failureIn(error)).toBeUndefined();
  });
});

describe('what else stripe-node rejects with', () => {
  it.each<[string, unknown, string]>([
    ['a lost connection', { type: 'StripeConnectionError', detail: { code: 'ECONNRESET' } }, 'unavailable'],
    ['a connection without a detail', { type: 'StripeConnectionError' }, 'unavailable'],
    ['its own time-out', { type: 'StripeConnectionError', detail: { code: 'ETIMEDOUT' } }, 'timeout'],
    [
      'a host out of reach',
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
    ['a body that is no JSON', { type: 'StripeAPIError', raw: canary }, 'unavailable'],
  ])('%s', (_, thrown, code) => {
    const error = fromSdkError({ ...(thrown as object), requestId: 'req_1', message: canary });
    expect(isSecretError(error) && error).toMatchObject({ code, details: { requestId: 'req_1' } });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(canary);
  });

  it('is handed on where the hardened client has classified it already', () => {
    const detail = new SecretError('rate_limited', 'slow down.');
    expect(fromSdkError({ type: 'StripeConnectionError', detail })).toBe(detail);
  });

  it.each([undefined, null, 'text', new TypeError('own'), { type: 'Other' }])(
    'stays as it is: %s',
    (thrown) => {
      expect(fromSdkError(thrown)).toBe(thrown);
    },
  );
});
