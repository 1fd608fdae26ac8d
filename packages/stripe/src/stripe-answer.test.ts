import { describe, expect, it } from 'vitest';
import { answerReader, mayBeSameName } from './stripe-answer.js';

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

/** A result of stripe-node. */
function resultOf(body: object, lastResponse: object): object {
  return Object.defineProperty({ ...body }, 'lastResponse', { value: lastResponse });
}

it('reads secrets, pages and deletions', () => {
  expect(read.secret(resultOf(secret, { statusCode: 200, requestId: 'req_1' }), 'token', {})).toEqual({
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

describe('another answer is invalid_data', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'secret'],
    ['another object', { ...secret, object: 'account' }],
    ['no id', { ...secret, id: undefined }],
    ['an empty id, which is not a cursor', { ...secret, id: '' }],
    ['a name that is not a string', { ...secret, name: 5 }],
    ['an empty name', { ...secret, name: '' }],
    ['no mode', { ...secret, livemode: 'false' }],
    ['no date', { ...secret, created: '2030' }],
    ['a date that a Date cannot hold', { ...secret, created: 1e300 }],
    ['an expiry that is not a number', { ...secret, expires_at: 'never' }],
    ['an expiry that a Date cannot hold', { ...secret, expires_at: 1e300 }],
    ['a scope that is not an object', { ...secret, scope: 'account' }],
    ['a user scope without a user', { ...secret, scope: { type: 'user' } }],
    ['the scope of another user', { ...secret, scope: { type: 'user', user: 'usr_1' } }],
  ])('a secret: %s', (_, answer) => {
    expect(() => read.secret(answer, 'token', {})).toThrow(/^invalid_data: /);
    expect(() => read.page({ object: 'list', data: [answer], has_more: false }, {})).toThrow(
      /^invalid_data: /,
    );
  });

  it('a secret with another name, or of the account instead of a user', () => {
    expect(() => read.secret(secret, 'other', {})).toThrow(/^invalid_data: .*requested/);
    expect(() => read.secret(secret, 'token', { user: 'usr_1' })).toThrow(/^invalid_data: .*requested/);
  });

  it.each<[string, unknown]>([
    ['not a list', { ...secret }],
    ['no data', { object: 'list', has_more: false }],
    ['no has_more', { object: 'list', data: [] }],
    ['no secrets, although there are more', { object: 'list', data: [], has_more: true }],
  ])('a page: %s', (_, answer) => {
    expect(() => read.page(answer, {})).toThrow(/^invalid_data: /);
  });

  it.each<[string, unknown]>([
    ['not deleted', { ...secret }],
    ['another object', { object: 'account', deleted: true }],
    ['deleted as a string', { object: 'apps.secret', deleted: 'true' }],
  ])('a deletion: %s', (_, answer) => {
    expect(() => read.deletion(answer)).toThrow(/^invalid_data: /);
  });
});

describe('a failed request that stripe-node resolves has the code of its status', () => {
  const headers = { 'stripe-should-retry': 'false' };

  it.each<[string, object]>([
    ['of the Node client', { statusCode: 503, requestId: 'req_1', headers }],
    ['of the fetch client', { status: 503, requestId: 'req_1', headers: new Headers(headers) }],
  ])('%s', (_, lastResponse) => {
    expect(() => read.secret(resultOf({}, lastResponse), 'token', {})).toThrow(
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
])('%s and %s may be the same name: %s', (one, other, expected) => {
  expect(mayBeSameName(one, other)).toBe(expected);
});
