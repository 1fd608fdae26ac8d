import { describe, expect, it } from 'vitest';
import { cannotExpand, isMissing, type StripeFailure } from './stripe-failure.js';

describe('a secret is missing only when Stripe reports its name as missing', () => {
  const reported = { status: 404, code: 'resource_missing' };

  it.each<[string, StripeFailure, string, boolean]>([
    ['its name', { ...reported, message: "No such secret: 'token'" }, 'token', true],
    [
      'its name, with a param',
      { ...reported, param: 'name', message: "No such secret: 'token'" },
      'token',
      true,
    ],
    [
      'its name, and the other mode',
      {
        ...reported,
        message:
          "No such secret: 'token'; a similar object exists in live mode, but a test mode key was used to make this request.",
      },
      'token',
      true,
    ],
    ['the code alone', reported, 'token', true],
    ['other words', { ...reported, message: 'Nothing here.' }, 'token', true],
    ['another word for a secret', { ...reported, message: "No such apps.secret: 'token'" }, 'token', true],
    ['another name', { ...reported, message: "No such secret: 'other'" }, 'token', false],
    ['a user', { ...reported, message: "No such user: 'usr_1'" }, 'token', false],
    [
      'a parameter',
      { ...reported, param: 'starting_after', message: "No such secret: 'token'" },
      'token',
      false,
    ],
    [
      'a name with quotes, which Stripe may escape',
      { ...reported, message: "No such secret: 'it\\'s'" },
      "it's",
      true,
    ],
    [
      'a long name, which Stripe may truncate',
      { ...reported, message: `No such secret: '${'x'.repeat(50)}…'` },
      'x'.repeat(500),
      true,
    ],
    ['another code', { status: 404, code: 'url_invalid' }, 'token', false],
    ['no code', { status: 404, message: "No such secret: 'token'" }, 'token', false],
  ])('%s', (_, failure, name, missing) => {
    expect(isMissing(failure, name)).toBe(missing);
  });
});

it.each<[string, StripeFailure, boolean]>([
  ['a 400 about expand', { status: 400, param: 'expand' }, true],
  ['a 400 about an element of expand', { status: 400, param: 'expand[0]' }, true],
  [
    'a 400 with that message',
    { status: 400, message: 'This property cannot be expanded (data.payload).' },
    true,
  ],
  ['a 400 about another parameter', { status: 400, param: 'limit' }, false],
  ['another status', { status: 500, param: 'expand' }, false],
])('a list cannot expand payloads: %s', (_, failure, cannot) => {
  expect(cannotExpand(failure)).toBe(cannot);
});
