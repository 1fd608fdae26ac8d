import { expect, it } from 'vitest';
import { appRole, jwt } from './vault-auth.js';
import { vaultSecrets } from './vault-secrets.js';

const sound = { address: 'https://vault.example', mount: 'secret', token: 'CANARY-given' };
const auth = appRole({ roleId: 'a-role' });

it.each([
  [undefined, /options must be an object/],
  [{ ...sound, adress: 'CANARY' }, /unknown option "adress"/],
  [{ ...sound, address: undefined }, /address must be a text/],
  [{ ...sound, address: 'CANARY' }, /address must be a URL/],
  [
    { ...sound, address: 'http://vault.example' },
    /address must be a URL with https: unless it is on this machine/,
  ],
  [{ ...sound, mount: undefined }, /mount must be a path/],
  [{ ...sound, mount: '/secret/' }, /mount must be a path/],
  [{ ...sound, mount: 'a/../b' }, /mount must be a path/],
  [{ ...sound, token: '' }, /token must be a text/],
  [{ ...sound, token: 5 }, /token must be a text/],
  [{ ...sound, auth }, /token and auth must not both be set/],
  [{ ...sound, token: undefined, auth: 'CANARY' }, /auth must be the result of/],
  [{ ...sound, namespace: '' }, /namespace must be a text/],
  [{ ...sound, key: 5 }, /key must be a text/],
  [{ ...sound, kvVersion: '2' }, /kvVersion must be 1 or 2/],
  [{ ...sound, delete: 'CANARY' }, /delete must be "soft" or "all"/],
  [{ ...sound, recursive: 'CANARY' }, /recursive must be true or false/],
  [{ ...sound, maxRequests: 0 }, /maxRequests must be a whole number/],
  [{ ...sound, timeoutMs: 0 }, /timeoutMs/],
  [{ ...sound, fetch: 'CANARY' }, /fetch must be a function/],
  [{ ...sound, now: 5 }, /now must be a function/],
  [{ ...sound, random: 5 }, /random must be a function/],
  [{ ...sound, prefix: 'a', name: '{name}' }, /prefix and name must not both be set/],
  [{ ...sound, prefix: '../a' }, /prefix must have parts/],
  [{ ...sound, prefix: 'a%2e' }, /prefix must have parts/],
  [{ ...sound, name: 'apps/{account}' }, /name must be a template/],
  [{ ...sound, name: 'apps-{account}/{name}' }, /name must be a template/],
  [{ ...sound, name: '{account}{user}/{name}' }, /name must be a template/],
])('refuses the options %j', (options, message) => {
  expect(() => vaultSecrets(options as never)).toThrow(message);
  expect(() => vaultSecrets(options as never)).not.toThrow(/CANARY/);
});

it.each([
  [() => appRole({} as never), /roleId must be a text/],
  [() => appRole({ roleId: 'a', secretId: '' }), /secretId must be a text/],
  [() => appRole({ roleId: 'a', secretId: 'CANARY', wrappedSecretId: 'CANARY' }), /must not both be set/],
  [() => appRole({ roleId: 'a', mount: 'a//b' }), /mount must be a path/],
  [() => jwt({} as never), /jwt must be a text/],
  [() => jwt({ jwt: 'CANARY', role: '' }), /role must be a text/],
])('refuses the login %s', (make, message) => {
  expect(make).toThrow(message);
  expect(make).not.toThrow(/CANARY/);
});

it('makes no request, and prints no token', () => {
  const provider = vaultSecrets({ ...sound, fetch: () => Promise.reject(new Error('a request')) });
  expect(JSON.stringify(provider)).not.toContain('CANARY');
});
