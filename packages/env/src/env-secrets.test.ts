import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createSecrets, type Secrets, type SecretsReader } from '@secretkit/core';
import type { SecretProvider } from '@secretkit/core/provider';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { EnvSecretsOptions } from './env-options.js';
import { type EnvSecrets, envSecrets, type ListableEnvSecrets } from './env-secrets.js';

const open = (env: Record<string, string>, options: EnvSecretsOptions = {}) =>
  createSecrets(envSecrets({ env, ...options }));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secretkit-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('a name', () => {
  it.each([
    ['stripe-secret.key', 'STRIPE_SECRET_KEY'],
    ['STRIPE_SECRET_KEY', 'STRIPE_SECRET_KEY'],
    ['a/b c', 'A_B_C'],
    ['key1', 'KEY1'],
    ['clé', 'CL_'],
    ['🔑', '_'],
    ['__proto__', '__PROTO__'],
    ['../x', '___X'],
  ])('%s is the variable %s', async (name, variable) => {
    const secrets = open({ [variable]: 'value', OTHER: 'other' });
    expect((await secrets.require(name)).reveal()).toBe('value');
    expect(secrets.peek(name)?.reveal()).toBe('value');
  });

  it('follows the prefix', async () => {
    const secrets = open({ APP_KEY: 'of the application', KEY: 'of somebody else' }, { prefix: 'APP_' });
    expect((await secrets.require('key')).reveal()).toBe('of the application');
  });

  it('has the canonical ref of every name of the same variable, and of no other', () => {
    const { canonical } = envSecrets({ env: {} });
    expect(canonical({ name: 'a-b' })).toEqual(canonical({ name: 'A.B' }));
    expect(canonical({ name: 'a-b' })).not.toEqual(canonical({ name: 'a-c' }));
  });

  it('of an inherited property of objects is missing', async () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      const secrets = open({}, { name: (ref) => ref.name });
      expect(await secrets.get(name)).toBeUndefined();
    }
  });

  it('may be mapped by the name option, scoped refs too', async () => {
    const secrets = open(
      { DB_OF_ACME: 'of acme', DB: 'of all' },
      { name: ({ name, scope }) => (scope?.account ? `${name}_OF_${scope.account}` : name) },
    );
    expect((await secrets.require({ name: 'DB', scope: { account: 'ACME' } })).reveal()).toBe('of acme');
    expect((await secrets.require('DB')).reveal()).toBe('of all');
  });

  it('that the name option maps to undefined is missing, and is not the secret of another ref', async () => {
    const provider = envSecrets({
      env: { A: 'value' },
      name: ({ name }) => (name === 'a' ? 'A' : undefined),
    });
    expect(await createSecrets(provider).get('A')).toBeUndefined();
    expect(provider.canonical({ name: 'A' })).not.toEqual(provider.canonical({ name: 'a' }));
  });
});

describe('a scope', () => {
  it('never reads an unscoped value, and never shares its canonical ref', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.constantFrom('account', 'user'),
        (name, id, field) => {
          const provider = envSecrets({
            env: new Proxy(
              {},
              {
                get: () => 'value',
                getOwnPropertyDescriptor: () => ({ configurable: true, value: 'value' }),
              },
            ),
          });
          const ref = { name, scope: { [field]: id } };
          expect(provider.memory.cached?.(ref)(false)).toBeUndefined();
          expect(provider.canonical(ref)).not.toEqual(provider.canonical({ name }));
        },
      ),
      { seed: 1 },
    );
  });
});

describe('a value', () => {
  it.each(['null', 'undefined', '0', ' spaces \t', 'a\n', '$HOME ${X} \\n "q" #=', '🔑 שלום'])(
    'is served unchanged: %j',
    async (value) => {
      expect((await open({ KEY: value }).require('key')).reveal()).toBe(value);
    },
  );

  it('that is empty is missing', async () => {
    const secrets = open({ KEY: '' });
    expect(await secrets.get('key')).toBeUndefined();
    expect(secrets.peek('key')).toBeUndefined();
  });

  it('is read from process.env at every call', async () => {
    const secrets = createSecrets(envSecrets());
    vi.stubEnv('SECRETKIT_TEST_KEY', 'first');
    expect((await secrets.require('secretkit-test-key')).reveal()).toBe('first');
    vi.stubEnv('SECRETKIT_TEST_KEY', 'second');
    expect((await secrets.require('secretkit-test-key')).reveal()).toBe('second');
  });

  it('with a lone surrogate is invalid_data', async () => {
    await expect(open({ KEY: '\ud800' }).get('key')).rejects.toMatchObject({ code: 'invalid_data' });
  });
});

describe('a file', () => {
  it.each([
    ['without one LF at the end', 'value\n', 'value'],
    ['without one CRLF at the end', 'value\r\n', 'value'],
    ['with a second newline', 'value\n\n', 'value\n'],
    ['with its lines', '-----BEGIN-----\na\n-----END-----\n', '-----BEGIN-----\na\n-----END-----'],
  ])('is the value, %s', async (_, content, value) => {
    const secrets = open({ KEY_FILE: await file('key', content) });
    expect((await secrets.require('key')).reveal()).toBe(value);
    expect(secrets.peek('key')).toBeUndefined(); // that would be I/O
  });

  it('that does not exist is unavailable, not missing', async () => {
    const error = await open({ KEY_FILE: join(folder, 'nowhere') })
      .get('key')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'unavailable',
      provider: 'env',
      ref: { name: 'key' },
      message: expect.stringContaining('KEY_FILE'),
    });
  });

  it.each(['CANARY-not-a-real-value', '-----BEGIN CANARY-----\nCANARY\n-----END-----', 'CANARY'.repeat(900)])(
    'is not quoted when its variable has the value instead of a path: %#',
    async (value) => {
      const error = await open({ KEY_FILE: value })
        .get('key')
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'unavailable' });
      expect(inspect(error, { showHidden: true })).not.toContain('CANARY');
    },
  );

  it('under a path with a file as a directory is unavailable', async () => {
    const secrets = open({ KEY_FILE: join(await file('blocking', 'CANARY'), 'key') });
    await expect(secrets.get('key')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    ['a directory', () => Promise.resolve(folder)],
    ['over 1 MiB', () => file('large', 'C'.repeat(1_048_577))],
  ])('that cannot hold a value is invalid_data and is not quoted: %s', async (_, make) => {
    const error = await open({ KEY_FILE: await make() })
      .get('key')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_data' });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it('in addition to the variable itself is invalid_argument', async () => {
    const secrets = open({ KEY: 'CANARY', KEY_FILE: await file('both', 'value') });
    const error = await secrets.get('key').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/KEY .*KEY_FILE/),
    });
    expect(inspect(error)).not.toContain('CANARY');
    expect(secrets.peek('key')).toBeUndefined();
  });

  it('is used if the variable itself is empty, and the variable if its path is empty', async () => {
    expect((await open({ KEY: '', KEY_FILE: await file('one', 'value') }).require('key')).reveal()).toBe(
      'value',
    );
    expect((await open({ KEY: 'value', KEY_FILE: '' }).require('key')).reveal()).toBe('value');
  });

  it('has a path that is never served as a value', async () => {
    expect(await open({ KEY_FILE: await file('path', 'value') }).get('key-file')).toBeUndefined();
  });

  it('is not read when the call is aborted', async () => {
    const provider = envSecrets({ env: { KEY_FILE: join(folder, 'nowhere') } });
    await expect(provider.get({ name: 'key' }, { signal: AbortSignal.abort('enough') })).rejects.toBe(
      'enough',
    );
  });
});

describe('exclude', () => {
  it('lists variables that are never served or listed', async () => {
    const env = {
      APP_A: 'a',
      APP_B: 'b',
      APP_C_FILE: await file('c', 'c'),
      APP_D_FILE: await file('d', 'd'),
    };
    const secrets = createSecrets(
      envSecrets({ env, prefix: 'APP_', exclude: ['APP_A', 'APP_C', 'APP_D_FILE'] }),
    );
    for (const name of ['a', 'c', 'd']) expect(await secrets.get(name)).toBeUndefined();
    expect(secrets.peek('a')).toBeUndefined();
    expect(await namesOf(secrets)).toEqual(['B']);
  });
});

describe('a list', () => {
  it('has the readable names under the prefix, without duplicates', async () => {
    const env = {
      APP_KEY: 'value',
      APP_BOTH: '',
      APP_BOTH_FILE: await file('listed', 'value'),
      APP_EMPTY: '',
      APP_lower: 'no name maps to it',
      APP_: 'nameless',
      OTHER: 'value',
    };
    const secrets = createSecrets(envSecrets({ env, prefix: 'APP_' }));
    const names = await namesOf(secrets);
    expect(names).toEqual(['BOTH', 'KEY']);
    for (const name of names) expect(await secrets.get(name)).toBeDefined();
    expect(await namesOf(secrets, { user: 'usr_1' })).toEqual([]);
  });

  it('has pages of the requested size', async () => {
    const provider = envSecrets({ env: { APP_A: '1', APP_B: '2', APP_C: '3' }, prefix: 'APP_' });
    const first = await provider.list({ limit: 2 }, {});
    expect(first).toEqual({ refs: [{ name: 'A' }, { name: 'B' }], cursor: 'B' });
    expect(await provider.list({ limit: 2, cursor: 'B' }, {})).toEqual({ refs: [{ name: 'C' }] });
  });

  it('exists only with a prefix, and set and delete never exist', async () => {
    const secrets: Secrets = createSecrets<SecretProvider>(envSecrets({ env: {} }));
    expect([secrets.can('list'), secrets.can('set'), secrets.can('delete')]).toEqual([false, false, false]);
    expectTypeOf(envSecrets()).toEqualTypeOf<EnvSecrets>();
    expectTypeOf(envSecrets({ prefix: 'APP_' })).toEqualTypeOf<ListableEnvSecrets>();
    const reader: SecretsReader = createSecrets(envSecrets({ env: {} }));
    expect(await reader.get('key')).toBeUndefined();
    // @ts-expect-error environment variables cannot be written
    expect(createSecrets(envSecrets({ env: {} })).set).toBeTypeOf('function');
    // @ts-expect-error without a prefix there is no list
    expect(createSecrets(envSecrets({ env: {} })).list).toBeTypeOf('function');
  });
});

async function namesOf(
  secrets: Pick<Secrets<ListableEnvSecrets>, 'list'>,
  scope?: { user: string },
): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of secrets.list(scope ? { scope } : {})) names.push(name);
  return names;
}

describe('wrong options', () => {
  it.each<[unknown, string]>([
    [null, 'options'],
    [{ enviroment: {} }, '"enviroment"'],
    [{ env: 'CANARY' }, 'env'],
    [{ prefix: '' }, 'prefix'],
    [{ prefix: 'CANARY-' }, 'prefix'],
    [{ prefix: 5 }, 'prefix'],
    [{ name: 'CANARY' }, 'name'],
    [{ name: 5 }, 'name'],
    [{ name: () => 'KEY', prefix: 'APP_' }, 'name'],
    [{ exclude: 'CANARY' }, 'exclude'],
    [{ exclude: ['CANARY', 5] }, 'exclude'],
    [{ exclude: [undefined] }, 'exclude'],
  ])('are refused at construction: %j', (options, named) => {
    const build = () => envSecrets(options as never);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(new RegExp(`^envSecrets: .*${named}(?!.*CANARY)`));
  });
});

describe('a look into memory', () => {
  it('returns variables, and a read gets nothing: there is no promise to share', () => {
    const read = envSecrets({ env: { KEY: 'value' } }).memory.cached?.({ name: 'key' });
    expect(read?.(false)?.secret.reveal()).toBe('value');
    expect(read?.(true)).toBeUndefined();
  });
});
