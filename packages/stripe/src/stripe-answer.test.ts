import { describe, expect, it } from 'vitest';
import { answerReader, isAlike } from './stripe-answer.js';

const read = answerReader();
const secret = {
  object: 'apps.secret',
  id: 'appsecret_1',
  name: 'token',
  livemode: false,
  created: 1_700_000_000,
  expires_at: null,
  payload: 'value',
  scope: { type: 'account' },
};

/** An answer as stripe-node resolves with it. */
function answered(body: object, lastResponse: object): object {
  return Object.defineProperty({ ...body }, 'lastResponse', { value: lastResponse });
}

it('a secret is read as Stripe tells of it', () => {
  expect(read.secret(answered(secret, { statusCode: 200, requestId: 'req_1' }), 'token', {})).toEqual({
    id: 'appsecret_1',
    name: 'token',
    scope: { user: undefined },
    livemode: false,
    createdAt: new Date(1_700_000_000_000),
    expiresAt: undefined,
    payload: 'value',
    details: { status: 200, requestId: 'req_1' },
  });
  const other = {
    ...secret,
    expires_at: 1_800_000_000,
    payload: null,
    scope: { type: 'user', user: 'usr_1' },
  };
  expect(read.secret(other, 'token', { user: 'usr_1' })).toMatchObject({
    expiresAt: new Date(1_800_000_000_000),
    payload: undefined,
    details: {},
  });
  expect(read.page({ object: 'list', data: [secret], has_more: true }, {})).toMatchObject({ hasMore: true });
  expect(read.deletion({ object: 'apps.secret', deleted: true })).toMatchObject({ livemode: undefined });
  expect(read.deletion({ object: 'apps.secret', deleted: true, livemode: true })).toMatchObject({
    livemode: true,
  });
});

describe('anything else is invalid_data', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'secret'],
    ['another object', { ...secret, object: 'account' }],
    ['no id', { ...secret, id: undefined }],
    ['a name that is none', { ...secret, name: 5 }],
    ['an empty name', { ...secret, name: '' }],
    ['no mode', { ...secret, livemode: 'false' }],
    ['no date', { ...secret, created: '2030' }],
    ['a date beyond all dates', { ...secret, created: 1e300 }],
    ['an expiry that is none', { ...secret, expires_at: 'never' }],
    ['an expiry beyond all dates', { ...secret, expires_at: 1e300 }],
    ['a scope that is none', { ...secret, scope: 'account' }],
    ['a scope of nobody', { ...secret, scope: { type: 'user' } }],
    ['somebody else’s scope', { ...secret, scope: { type: 'user', user: 'usr_1' } }],
  ])('a secret: %s', (_, answer) => {
    expect(() => read.secret(answer, 'token', {})).toThrow(/^invalid_data: /);
    expect(() => read.page({ object: 'list', data: [answer], has_more: false }, {})).toThrow(
      /^invalid_data: /,
    );
  });

  it('a secret of another name, or of the account instead of a user', () => {
    expect(() => read.secret(secret, 'other', {})).toThrow(/^invalid_data: .*asked for/);
    expect(() => read.secret(secret, 'token', { user: 'usr_1' })).toThrow(/^invalid_data: .*asked for/);
  });

  it.each<[string, unknown]>([
    ['no list', { ...secret }],
    ['no data', { object: 'list', has_more: false }],
    ['no end', { object: 'list', data: [] }],
  ])('a page: %s', (_, answer) => {
    expect(() => read.page(answer, {})).toThrow(/^invalid_data: /);
  });

  it.each<[string, unknown]>([
    ['not deleted', { ...secret }],
    ['another object', { object: 'account', deleted: true }],
    ['said otherwise', { object: 'apps.secret', deleted: 'true' }],
  ])('a deletion: %s', (_, answer) => {
    expect(() => read.deletion(answer)).toThrow(/^invalid_data: /);
  });
});

describe('a body that stripe-node resolves with, although the request failed, is what the status says', () => {
  const headers = { 'stripe-should-retry': 'false' };

  it.each<[string, object]>([
    ['of the Node client', { statusCode: 503, requestId: 'req_1', headers }],
    ['of the fetch client', { status: 503, requestId: 'req_1', headers: new Headers(headers) }],
  ])('%s', (_, lastResponse) => {
    expect(() => read.secret(answered({}, lastResponse), 'token', {})).toThrow(
      expect.objectContaining({
        code: 'unavailable',
        retryable: false,
        details: { status: 503, requestId: 'req_1' },
      }),
    );
  });
});

it.each([
  ['token', 'token', true],
  ['Token', 'tOKEN', true],
  ['\u00e9', 'e\u0301', true],
  ['token', 'tokens', false],
])('%s and %s may be one name: %s', (one, other, alike) => {
  expect(isAlike(one, other)).toBe(alike);
});
