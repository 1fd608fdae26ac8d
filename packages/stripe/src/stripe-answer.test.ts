import { describe, expect, it } from 'vitest';
import { readDeletion, readPage, readSecret } from './stripe-answer.js';

const secret = {
  object: 'apps.secret',
  id: 'appsecret_1',
  name: 'token',
  livemode: false,
  created: 1_700_000_000,
  expires_at: null,
  payload: 'value',
};

it('a secret is read as Stripe tells of it', () => {
  expect(readSecret(secret)).toEqual({
    id: 'appsecret_1',
    name: 'token',
    livemode: false,
    createdAt: new Date(1_700_000_000_000),
    expiresAt: undefined,
    payload: 'value',
  });
  expect(readSecret({ ...secret, expires_at: 1_800_000_000, payload: null })).toMatchObject({
    expiresAt: new Date(1_800_000_000_000),
    payload: undefined,
  });
  expect(readPage({ object: 'list', data: [secret], has_more: true })).toMatchObject({ hasMore: true });
  readDeletion({ object: 'apps.secret', deleted: true });
});

describe('anything else is invalid_data', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'secret'],
    ['another object', { ...secret, object: 'account' }],
    ['no id', { ...secret, id: undefined }],
    ['a name that is none', { ...secret, name: 5 }],
    ['no mode', { ...secret, livemode: 'false' }],
    ['no date', { ...secret, created: '2030' }],
    ['a date beyond all dates', { ...secret, created: 1e300 }],
    ['an expiry that is none', { ...secret, expires_at: 'never' }],
    ['an expiry beyond all dates', { ...secret, expires_at: 1e300 }],
  ])('a secret: %s', (_, answer) => {
    expect(() => readSecret(answer)).toThrow(/^invalid_data: /);
    expect(() => readPage({ object: 'list', data: [answer], has_more: false })).toThrow(/^invalid_data: /);
  });

  it.each<[string, unknown]>([
    ['no list', { ...secret }],
    ['no data', { object: 'list', has_more: false }],
    ['no end', { object: 'list', data: [] }],
  ])('a page: %s', (_, answer) => {
    expect(() => readPage(answer)).toThrow(/^invalid_data: /);
  });

  it.each<[string, unknown]>([
    ['not deleted', { ...secret }],
    ['another object', { object: 'account', deleted: true }],
    ['said otherwise', { object: 'apps.secret', deleted: 'true' }],
  ])('a deletion: %s', (_, answer) => {
    expect(() => {
      readDeletion(answer);
    }).toThrow(/^invalid_data: /);
  });
});

it('a body that stripe-node resolves with, although the request failed, is what the status says', () => {
  const lastResponse = { statusCode: 503, requestId: 'req_1', headers: { 'stripe-should-retry': 'false' } };
  const answer = Object.defineProperty({}, 'lastResponse', { value: lastResponse });
  expect(() => readSecret(answer)).toThrow(
    expect.objectContaining({
      code: 'unavailable',
      retryable: false,
      details: { status: 503, requestId: 'req_1' },
    }),
  );
});
