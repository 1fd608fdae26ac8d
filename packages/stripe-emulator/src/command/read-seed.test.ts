import { expect, test } from 'vitest';
import { readSeed } from './read-seed.js';

const owner = 'seed file seed.json';

test('returns the secrets of a seed file with the fields of the API', () => {
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
  expect(readSeed(text, owner)).toEqual([
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
  { name: 'text that is not JSON', text: 'hunter2', message: /seed\.json: content / },
  { name: 'incomplete JSON', text: '{"secrets":[{"payload":"hunter2', message: /content / },
  { name: 'an array', text: '["hunter2"]', message: /content .*"secrets".* array/ },
  { name: 'a file without secrets', text: '{"hunter2":1}', message: /"secrets"/ },
  {
    name: 'a secret that is a string',
    text: '{"secrets":["hunter2"]}',
    message: /secrets\[0\] .* string/,
  },
  {
    name: 'a missing payload',
    text: '{"secrets":[{"name":"hunter2"}]}',
    message: /secrets\[0\]\.payload .* undefined/,
  },
  {
    name: 'an empty name',
    text: '{"secrets":[{"name":"","payload":"hunter2"}]}',
    message: /secrets\[0\]\.name /,
  },
  {
    name: 'a payload that is an object',
    text: '{"secrets":[{"name":"a","payload":{"x":"hunter2"}}]}',
    message: /secrets\[0\]\.payload .* object/,
  },
  {
    name: 'an unknown field',
    text: '{"secrets":[{"name":"a","payload":"hunter2","nmae":1}]}',
    message: /unknown option "secrets\[0\]\.nmae"/,
  },
  {
    name: 'an unknown field of the file',
    text: '{"secrets":[{"name":"a","payload":"hunter2"}],"secert":[]}',
    message: /unknown option "secert".* secrets/,
  },
  {
    name: 'an unknown mode',
    text: '{"secrets":[{"name":"a","payload":"hunter2","mode":"hunter2"}]}',
    message: /secrets\[0\]\.mode /,
  },
  {
    name: 'a user scope without a user',
    text: '{"secrets":[{"name":"a","payload":"hunter2","scope":{"type":"user"}}]}',
    message: /secrets\[0\]\.scope\.user .* undefined/,
  },
  {
    name: 'a date that is a string',
    text: '{"secrets":[{"name":"a","payload":"hunter2","expires_at":"2030"}]}',
    message: /secrets\[0\]\.expires_at .* string/,
  },
])('a TypeError for $name, without its content', ({ text, message }) => {
  expect(() => readSeed(text, owner)).toThrow(TypeError);
  expect(() => readSeed(text, owner)).toThrow(message);
  expect(() => readSeed(text, owner)).not.toThrow('hunter2');
});
