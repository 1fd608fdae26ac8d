import { expect, test } from 'vitest';
import { readSeed } from './read-seed.js';

test('a seed is a list of secrets in the terms of the API', () => {
  const text = JSON.stringify({
    secrets: [
      { name: 'a', payload: 'p' },
      {
        name: 'b',
        payload: 'q',
        account: 'acct_1',
        mode: 'live',
        scope: { type: 'user', user: 'usr_1' },
        expires_at: 1_750_000_000,
      },
    ],
  });
  expect(readSeed(text)).toEqual([
    { name: 'a', payload: 'p' },
    {
      name: 'b',
      payload: 'q',
      account: 'acct_1',
      mode: 'live',
      scope: { type: 'user', user: 'usr_1' },
      expiresAt: new Date('2025-06-15T15:06:40Z'),
    },
  ]);
});

test.each([
  { name: 'no JSON', text: 'hunter2', message: 'it is not valid JSON' },
  { name: 'cut JSON', text: '{"secrets":[{"payload":"hunter2', message: 'it is not valid JSON' },
  { name: 'a list', text: '["hunter2"]', message: /list "secrets"/ },
  { name: 'no secrets', text: '{"hunter2":1}', message: /list "secrets"/ },
  {
    name: 'a secret that is text',
    text: '{"secrets":["hunter2"]}',
    message: /secrets\[0\] must be an object/,
  },
  { name: 'no payload', text: '{"secrets":[{"name":"hunter2"}]}', message: /secrets\[0\] needs payload/ },
  { name: 'an empty name', text: '{"secrets":[{"name":"","payload":"hunter2"}]}', message: /name must be/ },
  {
    name: 'a payload that is an object',
    text: '{"secrets":[{"name":"a","payload":{"x":"hunter2"}}]}',
    message: /payload must be/,
  },
  {
    name: 'an unknown field',
    text: '{"secrets":[{"name":"a","payload":"hunter2","nmae":1}]}',
    message: /"nmae"/,
  },
  {
    name: 'something beside the secrets',
    text: '{"secrets":[{"name":"a","payload":"hunter2"}],"secert":[]}',
    message: /unknown option "secert"; the options are secrets/,
  },
  {
    name: 'another mode',
    text: '{"secrets":[{"name":"a","payload":"hunter2","mode":"hunter2"}]}',
    message: /mode must be one of/,
  },
  {
    name: 'a user scope without a user',
    text: '{"secrets":[{"name":"a","payload":"hunter2","scope":{"type":"user"}}]}',
    message: /needs a user/,
  },
  {
    name: 'a date as text',
    text: '{"secrets":[{"name":"a","payload":"hunter2","expires_at":"2030"}]}',
    message: /expires_at/,
  },
])('$name is refused without quoting it', ({ text, message }) => {
  expect(() => readSeed(text)).toThrow(TypeError);
  expect(() => readSeed(text)).toThrow(message);
  expect(() => readSeed(text)).not.toThrow('hunter2');
});
