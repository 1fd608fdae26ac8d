import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { describe, expect, it, vi } from 'vitest';
import { envSecrets } from './env-secrets.js';
import type { Environment } from './variables.js';

const open = (env: unknown, exclude: readonly string[] = []) =>
  createSecrets(envSecrets({ env: env as Environment, prefix: 'APP_', exclude }));

/** Returns the error of a read, which shows no value. */
async function failureOf(reading: Promise<unknown>): Promise<unknown> {
  const error = await reading.catch((thrown: unknown) => thrown);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  return error;
}

function refusal(name: string): Error {
  return Object.assign(new Error('Requires env access to "CANARY"'), { name });
}

/** Variables of a runtime that lets a program read these alone, and no list of them. */
function restricted(allowed: Environment, name = 'NotCapable'): Environment {
  const refuse = (key: string | symbol): void => {
    if (!Object.hasOwn(allowed, key)) throw refusal(name);
  };
  return new Proxy(allowed, {
    get: (target, key) => (refuse(key), Reflect.get(target, key) as unknown),
    has: (target, key) => (refuse(key), Reflect.has(target, key)),
    getOwnPropertyDescriptor: (target, key) => (refuse(key), Reflect.getOwnPropertyDescriptor(target, key)),
    ownKeys() {
      throw refusal(name);
    },
  });
}

it.each<[string, () => unknown]>([
  ['a map', () => new Map([['APP_A', 'CANARY']])],
  ['headers', () => new Headers({ APP_A: 'CANARY' })],
  ['a list', () => ['APP_A=CANARY']],
  ['a promise', () => Promise.reject(new Error('CANARY'))],
])('an environment whose variables are not its properties is refused: %s', (_, make) => {
  expect(() => open(make())).toThrow(
    expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(/env must be(?!.*CANARY)/) }),
  );
});

it('the environment of Deno itself is refused: its variables are not its properties', () => {
  const env = { get: () => 'CANARY', toObject: () => ({}) };
  vi.stubGlobal('Deno', { env });
  expect(() => open(env)).toThrow(TypeError);
  vi.unstubAllGlobals();
});

describe('a variable that is not a string', () => {
  it.each([
    [true],
    [0],
    [5n],
    [null],
    [{ CANARY: 'CANARY' }],
    [['CANARY']],
    [() => 'CANARY'],
    [Symbol('CANARY')],
  ])('is invalid_data that names it: %#', async (value) => {
    for (const variable of ['APP_DEBUG', 'APP_DEBUG_FILE']) {
      const secrets = open({ [variable]: value });
      expect(await failureOf(secrets.get('debug'))).toMatchObject({
        code: 'invalid_data',
        message: expect.stringContaining(`${variable} must be a string`),
      });
      expect(secrets.peek('debug')).toBeUndefined();
    }
  });

  it('is invalid_data if it is a promise, whose rejection is ignored', async () => {
    const env = { APP_DEBUG: Promise.reject(new Error('CANARY')) };
    expect(await failureOf(open(env).get('debug'))).toMatchObject({ code: 'invalid_data' });
  });
});

describe('a variable whose reading throws', () => {
  const throwing = {
    get APP_KEY(): string {
      throw new TypeError('CANARY');
    },
  };

  it('is invalid_data that names it', async () => {
    const hostile = new Proxy(
      {},
      { getOwnPropertyDescriptor: () => ({ value: 'CANARY', configurable: false }) },
    );
    for (const env of [throwing, hostile]) {
      const secrets = open(env);
      expect(await failureOf(secrets.get('key'))).toMatchObject({
        code: 'invalid_data',
        message: expect.stringContaining('APP_KEY'),
      });
      expect(secrets.peek('key')).toBeUndefined();
    }
  });

  it('is listed, and its value is not read', async () => {
    const names: string[] = [];
    for await (const { name } of open({ ...Object.create(null), APP_A: 1 }).list()) names.push(name);
    for await (const { name } of open(throwing).list()) names.push(name);
    expect(names).toEqual(['A', 'KEY']);
  });
});

describe.each(['NotCapable', 'PermissionDenied'])('a runtime that refuses variables with %s', (name) => {
  const env = restricted({ APP_KEY: 'value' }, name);

  it('serves a variable that it allows, without permission for the variable of its file', async () => {
    const secrets = open(env);
    expect((await secrets.require('key')).reveal()).toBe('value');
    expect(secrets.peek('key')?.reveal()).toBe('value');
  });

  it('is permission_denied that names the variable', async () => {
    expect(await failureOf(open(env).get('other'))).toMatchObject({
      code: 'permission_denied',
      message: expect.stringContaining('--allow-env=APP_OTHER'),
    });
    expect(await failureOf(open(restricted({ APP_KEY: undefined }, name)).get('key'))).toMatchObject({
      code: 'permission_denied',
      message: expect.stringContaining('APP_KEY_FILE'),
    });
    expect(open(env).peek('other')).toBeUndefined();
  });

  it('does not ask for a variable that is excluded', async () => {
    expect(await open(restricted({ APP_KEY: undefined }, name), ['APP_KEY_FILE']).get('key')).toBeUndefined();
    expect(await open(env, ['APP_OTHER']).get('other')).toBeUndefined();
  });

  it('is permission_denied for a list', async () => {
    expect(await failureOf(open(env).list()[Symbol.asyncIterator]().next())).toMatchObject({
      code: 'permission_denied',
      message: expect.stringContaining('--allow-env'),
    });
  });
});

it('variables without a prototype, and behind a proxy, are read and listed', async () => {
  const bare = Object.assign(Object.create(null) as object, { APP_KEY: 'value' });
  for (const env of [bare, new Proxy(bare, {}), new Proxy({ APP_KEY: 'value' }, {})]) {
    const secrets = open(env);
    expect((await secrets.require('key')).reveal()).toBe('value');
    expect(await secrets.list()[Symbol.asyncIterator]().next()).toMatchObject({ value: { name: 'KEY' } });
  }
});

describe('the name option', () => {
  it.each([[5], [null], [{}], ['']])('that returns %j is invalid_argument', async (variable) => {
    const secrets = createSecrets(envSecrets({ env: {}, name: () => variable as string }));
    expect(await failureOf(secrets.get('key'))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('name must return'),
    });
  });

  it('that throws fails the read of that secret, and not its canonical ref', async () => {
    const provider = envSecrets({
      env: {},
      name: () => {
        throw new Error('CANARY');
      },
    });
    expect(await failureOf(createSecrets(provider).get('key'))).toMatchObject({ code: 'unknown' });
    expect(provider.canonical({ name: 'key' })).not.toEqual({ name: 'key' });
  });
});
