import { describe, expect, test } from 'vitest';
import { errorOf, raw, useEmulator } from '../../test/use-emulator.js';
import { decodeForm } from './decode-form.js';

const forms = [
  {
    name: 'stripe-node: raw brackets, indexed lists',
    text: 'name=a%20b&scope[type]=user&scope[user]=usr_1&expand[0]=payload',
  },
  { name: 'curl: empty brackets', text: 'name=a%20b&scope[type]=user&scope[user]=usr_1&expand[]=payload' },
  {
    name: 'percent-encoded brackets',
    text: 'name=a%20b&scope%5Btype%5D=user&scope%5Buser%5D=usr_1&expand%5B0%5D=payload',
  },
  {
    name: 'lower-case percent-encoding',
    text: 'name=a%20b&scope%5btype%5d=user&scope%5buser%5d=usr_1&expand%5b%5d=payload',
  },
  { name: 'python: plus for space', text: 'name=a+b&scope[type]=user&scope[user]=usr_1&expand[0]=payload' },
];

test.each(forms)('reads the form of $name', async ({ text }) => {
  const emulator = await useEmulator();
  const made = await raw(emulator, '/v1/apps/secrets', { body: `${text}&payload=p` });
  expect(made.status).toBe(200);
  expect(JSON.parse(made.text)).toMatchObject({
    name: 'a b',
    payload: 'p',
    scope: { type: 'user', user: 'usr_1' },
  });
  const found = await raw(emulator, `/v1/apps/secrets/find?${text}`);
  expect(JSON.parse(found.text)).toMatchObject({ name: 'a b', payload: 'p' });
});

describe('decodeForm does not change values', () => {
  test.each([
    { name: 'brackets', text: 'payload=[]', payload: '[]' },
    { name: 'a bracket before an equals sign', text: 'payload=a]=b', payload: 'a]=b' },
    { name: 'list brackets before an equals sign', text: 'payload=a[]=b', payload: 'a[]=b' },
    { name: 'encoded brackets', text: 'payload=%5Ba%5D%3D1', payload: '[a]=1' },
    { name: 'an encoded plus', text: 'payload=a%2Bb', payload: 'a+b' },
    { name: 'a comma', text: 'payload=a,b', payload: 'a,b' },
    { name: 'an entity', text: 'payload=%26%239786%3B', payload: '&#9786;' },
    { name: 'a line break', text: 'payload=a%0D%0Ab', payload: 'a\r\nb' },
    { name: 'text that looks like a dotted path', text: 'payload=a.b', payload: 'a.b' },
  ])('with $name', ({ text, payload }) => {
    expect(decodeForm(text)['payload']).toBe(payload);
  });
});

test('prevents prototype pollution', () => {
  decodeForm('__proto__[x]=1&constructor[prototype][x]=1');
  expect('x' in {}).toBe(false);
});

test('reads more than 100 expanded paths', async () => {
  const emulator = await useEmulator();
  emulator.secrets.put({ name: 'a', payload: 'p' });
  const expand = Array.from({ length: 150 }, (_, n) => `expand[${n}]=payload`).join('&');
  const found = await raw(emulator, `/v1/apps/secrets/find?name=a&scope[type]=account&${expand}`);
  expect(JSON.parse(found.text)).toMatchObject({ payload: 'p' });
});

test('reads parameters from the query of a POST', async () => {
  const emulator = await useEmulator();
  const body = 'name=a&payload=p&scope[type]=account';
  const made = await raw(emulator, '/v1/apps/secrets?expand[]=payload', { body });
  expect(JSON.parse(made.text)).toMatchObject({ payload: 'p' });
});

test.each(['application/json', 'multipart/form-data; boundary=x', 'text/plain'])(
  'refuses a body of type %s',
  async (type) => {
    const response = await raw(await useEmulator(), '/v1/apps/secrets', {
      body: 'name=a&payload=p&scope[type]=account',
      headers: { 'content-type': type },
    });
    expect(response.status).toBe(400);
    expect(response.text).toContain('application/x-www-form-urlencoded');
  },
);

test.each([
  { name: 'a percent sign without two digits', body: 'payload=100%' },
  { name: 'percent-encoded bytes that are not UTF-8', body: 'payload=%FF' },
  { name: 'bytes that are not UTF-8', body: Buffer.from('7061796c6f61643dff', 'hex') },
])('refuses $name', async ({ body }) => {
  const response = await raw(await useEmulator(), '/v1/apps/secrets', { body });
  expect(response.status).toBe(400);
  expect(errorOf(response)['message']).toContain('UTF-8');
});

test('a body of more than 1 MiB is a 413 in the error envelope', async () => {
  const response = await raw(await useEmulator(), '/v1/apps/secrets', {
    body: `payload=${'x'.repeat(1024 * 1024)}`,
  });
  expect(response.status).toBe(413);
  expect(errorOf(response)['type']).toBe('invalid_request_error');
});
