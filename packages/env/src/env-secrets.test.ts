import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createSecrets, type Secrets, type SecretsReader } from '@secretkit/core';
import type { SecretProvider } from '@secretkit/core/provider';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  type EnvSecrets,
  type EnvSecretsOptions,
  envSecrets,
  type ListableEnvSecrets,
} from './env-secrets.js';

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
    ['stripe-api.key', 'STRIPE_API_KEY'],
    ['STRIPE_API_KEY', 'STRIPE_API_KEY'],
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

  it('comes after the prefix', async () => {
    const secrets = open({ APP_KEY: 'of the application', KEY: 'of somebody else' }, { prefix: 'APP_' });
    expect((await secrets.require('key')).reveal()).toBe('of the application');
  });

  it('that folds like another is one secret with it, and one that does not is another', () => {
    const { canonical } = envSecrets({ env: {} });
    expect(canonical({ name: 'a-b' })).toEqual(canonical({ name: 'A.B' }));
    expect(canonical({ name: 'a-b' })).not.toEqual(canonical({ name: 'a-c' }));
  });

  it('of an object that is not set is missing, whatever objects have', async () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      const secrets = open({}, { name: (ref) => ref.name });
      expect(await secrets.get(name)).toBeUndefined();
    }
  });

  it('may be mapped by a rule of your own, scoped ones too', async () => {
    const secrets = open(
      { DB_OF_ACME: 'of acme', DB: 'of all' },
      { name: ({ name, scope }) => (scope?.account ? `${name}_OF_${scope.account}` : name) },
    );
    expect((await secrets.require({ name: 'DB', scope: { account: 'ACME' } })).reveal()).toBe('of acme');
    expect((await secrets.require('DB')).reveal()).toBe('of all');
  });

  it('that a rule maps to nothing is missing, and is not the secret of the same name', async () => {
    const provider = envSecrets({
      env: { A: 'value' },
      name: ({ name }) => (name === 'a' ? 'A' : undefined),
    });
    expect(await createSecrets(provider).get('A')).toBeUndefined();
    expect(provider.canonical({ name: 'A' })).not.toEqual(provider.canonical({ name: 'a' }));
  });
});

describe('a scope', () => {
  it('never reads an unscoped value, nor is it one secret with it', () => {
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
          expect(provider.peek(ref)).toBeUndefined();
          expect(provider.canonical(ref)).not.toEqual(provider.canonical({ name }));
        },
      ),
      { seed: 1 },
    );
  });
});

describe('a value', () => {
  it.each(['null', 'undefined', '0', ' spaces \t', 'a\n', '$HOME ${X} \\n "q" #=', '🔑 שלום'])(
    'is served as it is: %j',
    async (value) => {
      expect((await open({ KEY: value }).require('key')).reveal()).toBe(value);
    },
  );

  it('that is empty is missing', async () => {
    const secrets = open({ KEY: '' });
    expect(await secrets.get('key')).toBeUndefined();
    expect(secrets.peek('key')).toBeUndefined();
  });

  it('is read as process.env has it now, not as it had it before', async () => {
    const secrets = createSecrets(envSecrets());
    vi.stubEnv('SECRETKIT_TEST_KEY', 'first');
    expect((await secrets.require('secretkit-test-key')).reveal()).toBe('first');
    vi.stubEnv('SECRETKIT_TEST_KEY', 'second');
    expect((await secrets.require('secretkit-test-key')).reveal()).toBe('second');
  });

  it('with half of a surrogate pair is invalid_data', async () => {
    await expect(open({ KEY: '\ud800' }).get('key')).rejects.toMatchObject({ code: 'invalid_data' });
  });
});

describe('a file', () => {
  it.each([
    ['one newline at the end is dropped', 'value\n', 'value'],
    ['one of Windows too', 'value\r\n', 'value'],
    ['only one', 'value\n\n', 'value\n'],
    ['nothing else is', ' \uFEFFvalue\t', ' \uFEFFvalue\t'],
    ['a byte order mark stays', '\uFEFFvalue', '\uFEFFvalue'],
    ['lines stay', '-----BEGIN-----\na\n-----END-----\n', '-----BEGIN-----\na\n-----END-----'],
  ])('holds the value: %s', async (_, content, value) => {
    const secrets = open({ KEY_FILE: await file('key', content) });
    expect((await secrets.require('key')).reveal()).toBe(value);
    expect(secrets.peek('key')).toBeUndefined(); // that would be I/O
  });

  it.each(['', '\n'])('that is empty is missing: %j', async (content) => {
    expect(await open({ KEY_FILE: await file('empty', content) }).get('key')).toBeUndefined();
  });

  it('that is not there is unavailable, and never missing', async () => {
    const error = await open({ KEY_FILE: join(folder, 'nowhere') })
      .get('key')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'unavailable',
      provider: 'env',
      ref: { name: 'key' },
      message: expect.stringMatching(/the file that KEY_FILE names cannot be read/),
    });
  });

  it.each(['CANARY-not-a-real-value', '-----BEGIN CANARY-----\nCANARY\n-----END-----', 'CANARY'.repeat(900)])(
    'is not quoted where a variable holds the value itself instead of its path: %#',
    async (value) => {
      const error = await open({ KEY_FILE: value })
        .get('key')
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'unavailable' });
      expect(inspect(error, { showHidden: true })).not.toContain('CANARY');
    },
  );

  it('behind another file is unavailable', async () => {
    const secrets = open({ KEY_FILE: join(await file('blocking', 'CANARY'), 'key') });
    await expect(secrets.get('key')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    ['a folder', () => Promise.resolve(folder)],
    ['over 1 MiB', () => file('large', 'C'.repeat(1_048_577))],
    ['not UTF-8', () => file('binary', Uint8Array.of(67, 65, 78, 65, 82, 89, 0xff))],
  ])('that is no text is invalid_data, and quoted nowhere: %s', async (_, make) => {
    const error = await open({ KEY_FILE: await make() })
      .get('key')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_data' });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it('beside the variable itself is invalid_argument', async () => {
    const secrets = open({ KEY: 'CANARY', KEY_FILE: await file('both', 'value') });
    const error = await secrets.get('key').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('both KEY and KEY_FILE'),
    });
    expect(inspect(error)).not.toContain('CANARY');
    expect(secrets.peek('key')).toBeUndefined();
  });

  it('is used where the variable itself is empty, and the variable where the file is', async () => {
    expect((await open({ KEY: '', KEY_FILE: await file('one', 'value') }).require('key')).reveal()).toBe(
      'value',
    );
    expect((await open({ KEY: 'value', KEY_FILE: '' }).require('key')).reveal()).toBe('value');
  });

  it("'s path is never served in place of what is in it", async () => {
    expect(await open({ KEY_FILE: await file('path', 'value') }).get('key-file')).toBeUndefined();
  });

  it('is not read when the call is aborted', async () => {
    const provider = envSecrets({ env: { KEY_FILE: join(folder, 'nowhere') } });
    await expect(provider.get({ name: 'key' }, { signal: AbortSignal.abort('enough') })).rejects.toBe(
      'enough',
    );
  });
});

describe('except', () => {
  it('names variables that are never served or listed', async () => {
    const env = {
      APP_A: 'a',
      APP_B: 'b',
      APP_C_FILE: await file('c', 'c'),
      APP_D_FILE: await file('d', 'd'),
    };
    const secrets = createSecrets(
      envSecrets({ env, prefix: 'APP_', except: ['APP_A', 'APP_C', 'APP_D_FILE'] }),
    );
    for (const name of ['a', 'c', 'd']) expect(await secrets.get(name)).toBeUndefined();
    expect(secrets.peek('a')).toBeUndefined();
    expect(await namesOf(secrets)).toEqual(['B']);
  });
});

describe('a list', () => {
  it('gives the names under the prefix that can be read, once each', async () => {
    const env = {
      APP_KEY: 'value',
      APP_BOTH: '',
      APP_BOTH_FILE: await file('listed', 'value'),
      APP_EMPTY: '',
      APP_lower: 'no name leads to it',
      APP_: 'nameless',
      OTHER: 'value',
    };
    const secrets = createSecrets(envSecrets({ env, prefix: 'APP_' }));
    const names = await namesOf(secrets);
    expect(names).toEqual(['BOTH', 'KEY']);
    for (const name of names) expect(await secrets.get(name)).toBeDefined();
    expect(await namesOf(secrets, { user: 'usr_1' })).toEqual([]);
  });

  it('comes in pages where they are asked for', async () => {
    const provider = envSecrets({ env: { APP_A: '1', APP_B: '2', APP_C: '3' }, prefix: 'APP_' });
    const first = await provider.list({ limit: 2 }, {});
    expect(first).toEqual({ refs: [{ name: 'A' }, { name: 'B' }], cursor: 'B' });
    expect(await provider.list({ limit: 2, cursor: 'B' }, {})).toEqual({ refs: [{ name: 'C' }] });
  });

  it('is there with a prefix only, and writing never is', async () => {
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
  it.each([
    [null, /object of options/],
    [{ enviroment: {} }, /no option "enviroment"/],
    [{ env: 'CANARY' }, /env is an object/],
    [{ prefix: '' }, /prefix is what/],
    [{ prefix: 'APP-' }, /prefix is what/],
    [{ name: 'KEY' }, /name is a function/],
    [{ name: () => 'KEY', prefix: 'APP_' }, /takes no prefix/],
    [{ except: 'PATH' }, /except is an array/],
    [{ except: [5] }, /except is an array/],
  ])('are refused when it is built: %j', (options, message) => {
    const build = () => envSecrets(options as never);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
  });
});
