import { createSecrets } from '@secretkit/core';
import type { SecretRef } from '@secretkit/core/provider';
import { toVariableName } from '@secretkit/core/provider';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { envSecrets } from './env-secrets.js';
import { envOpener } from './opener.js';

afterEach(() => void vi.unstubAllGlobals());

const env = {
  acme__TOKEN: 'of acme',
  Acme__TOKEN: 'of Acme',
  acme__DB_URL_FILE: '/dev/null/nowhere',
  a_b__TOKEN: 'of a_b',
  acme__usr_1__TOKEN: 'of usr_1 of acme',
  TOKEN: 'of nobody',
  acme__token: 'no name maps to it',
};

async function namesIn(secrets: ReturnType<typeof open>, scope: SecretRef['scope']): Promise<string[]> {
  const names: string[] = [];
  for await (const ref of secrets.list(scope ? { scope } : {})) {
    expect(ref.scope).toEqual(scope);
    names.push(ref.name);
  }
  return names;
}

const open = (name: string, exclude: readonly string[] = []) =>
  createSecrets(envSecrets({ env, name, exclude }));

describe('a template with tenants', () => {
  it('reads the variable of the tenant, whose id is not folded', async () => {
    const secrets = open('{account}__{name}');
    for (const account of ['acme', 'Acme', 'a_b']) {
      expect((await secrets.scoped({ account }).require('token')).reveal()).toBe(`of ${account}`);
    }
    expect(await secrets.scoped({ account: 'ACME' }).get('token')).toBeUndefined();
    expect(await secrets.get('token')).toBeUndefined();
    expect(await secrets.scoped({ account: 'acme', user: 'usr_1' }).get('token')).toBeUndefined();
    const users = open('{account}__{user}__{name}').scoped({ account: 'acme', user: 'usr_1' });
    expect((await users.require('token')).reveal()).toBe('of usr_1 of acme');
  });

  it.each(['a__b', '_a', 'a_', 'a-b', 'a.b', 'ä', ' ', '__proto__'])(
    'refuses a tenant that a variable cannot hold, without its value: %j',
    async (id) => {
      for (const field of ['account', 'user']) {
        const secrets = open(`{${field}}__{name}`).scoped({ [field]: id });
        await expect(secrets.get('token')).rejects.toMatchObject({
          code: 'invalid_argument',
          problem: expect.stringContaining(`scope.${field}`),
        });
        expect(secrets.peek('token')).toBeUndefined();
        await expect(secrets.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
          code: 'invalid_argument',
        });
      }
    },
  );

  it.each(['a--b', '.a', 'a.', '🔑'])('refuses a name that would hold a separator: %j', async (name) => {
    const secrets = open('{account}__{name}').scoped({ account: 'acme' });
    await expect(secrets.get(name)).rejects.toMatchObject({
      code: 'invalid_argument',
      problem: expect.stringContaining('name'),
    });
  });

  it('lists the names of one tenant, which can be read', async () => {
    const secrets = open('{account}__{name}');
    expect(await namesIn(secrets, { account: 'acme' })).toEqual(['DB_URL', 'TOKEN']);
    expect(await namesIn(secrets, { account: 'Acme' })).toEqual(['TOKEN']);
    expect(await namesIn(secrets, { account: 'nobody' })).toEqual([]);
    expect(await namesIn(secrets, { account: 'acme', user: 'usr_1' })).toEqual([]);
    expect(await namesIn(secrets, undefined)).toEqual([]);
    expect(await namesIn(open('{account}__{name}', ['acme__TOKEN']), { account: 'acme' })).toEqual([
      'DB_URL',
    ]);
  });

  // Two refs with the same text in their parts, which is cut at other places: the hardest case for a separator.
  const word = fc.constantFrom('a', 'A', 'X', 'FILE');
  const text = fc.array(fc.tuple(word, fc.constantFrom('_', '__', '-', '')), { minLength: 2, maxLength: 4 });
  const cut = fc.nat({ max: 4 });
  const cuts = fc.tuple(cut, cut);

  type Text = readonly (readonly [word: string, after: string])[];

  function refOf(fields: readonly string[], words: Text, [one, two]: readonly [number, number]): SecretRef {
    const joined = (from: number, to?: number): string => {
      const part = words.slice(from, to);
      return part.map(([each, after], at) => (at < part.length - 1 ? each + after : each)).join('');
    };
    const [first, second] = [Math.min(one, two), Math.max(one, two)];
    const parts =
      fields.length === 2
        ? [joined(0, one), joined(one)]
        : [joined(0, first), joined(first, second), joined(second)];
    const { name = '', ...scope } = Object.fromEntries(fields.map((field, at) => [field, parts[at]]));
    return { name, scope };
  }

  it.each([
    '{account}__{name}',
    'APP_{name}__{account}',
    '{user}__X__{account}__{name}_Z',
    'A{account}__{user}__{name}',
  ])(
    '%s: two refs share a variable only if they differ by the folding of the name, and list inverts it',
    (template) => {
      const read: string[] = [];
      const recording = new Proxy(
        {},
        {
          getOwnPropertyDescriptor: (_, key) => (read.push(String(key)), undefined),
        },
      );
      const provider = envSecrets({ env: recording, name: template });
      /** Returns the variables of values and of files that a read of this ref reads. */
      const variablesOf = async (of: SecretRef): Promise<readonly string[]> => {
        read.length = 0;
        await provider.get(of, {}).catch(() => undefined);
        return [...read];
      };
      const identityOf = ({ name, scope }: SecretRef): string =>
        JSON.stringify([toVariableName(name), scope?.account, scope?.user]);
      const fields = [...template.matchAll(/\{(\w+)\}/g)].map(([, field = '']) => field);
      return fc.assert(
        fc.asyncProperty(text, cuts, cuts, async (words, cutsOfA, cutsOfB) => {
          const [a, b] = [refOf(fields, words, cutsOfA), refOf(fields, words, cutsOfB)];
          const [ofA, ofB] = [await variablesOf(a), await variablesOf(b)];
          if (ofA.some((variable) => ofB.includes(variable))) expect(identityOf(a)).toBe(identityOf(b));
          const value = ofA.find((variable) => !variable.endsWith('_FILE'));
          if (value === undefined) return;
          const listing = envSecrets({ env: { [value]: 'value' }, name: template });
          const { refs } = await listing.list(a.scope ? { scope: a.scope } : {}, {});
          expect(refs).toEqual([{ ...a, name: toVariableName(a.name) }]);
        }),
        { seed: 1, numRuns: 500 },
      );
    },
  );

  it('is refused on Windows, where variables ignore case', () => {
    vi.stubGlobal('process', { env: {}, platform: 'win32' });
    expect(() => envSecrets({ name: '{account}__{name}' })).toThrow(/^envSecrets: name .*Windows/);
    expect(envSecrets({ name: 'APP_{name}' }).name).toBe('env');
  });
});

describe('a template without tenants', () => {
  it('is a prefix and a suffix', async () => {
    const secrets = createSecrets(
      envSecrets({ env: { APP_A__B_V1: 'value', APP_X: 'x' }, name: 'APP_{name}_V1' }),
    );
    expect((await secrets.require('a--b')).reveal()).toBe('value');
    expect(await secrets.scoped({ account: 'acme' }).get('a--b')).toBeUndefined();
    expect((await secrets.list()[Symbol.asyncIterator]().next()).value).toEqual({ name: 'A__B' });
  });
});

describe('a template that is refused at construction', () => {
  it.each([
    '',
    '{name}',
    'APP',
    '{account}',
    '{account}_{name}',
    '{account}{name}',
    '{account}___{name}',
    '{account}__X_{name}',
    '{account}_X__{name}',
    '{account}____{name}',
    '{name}__{name}',
    '{account}__{account}__{name}',
    '{tenant}__{name}',
    '{account__name}',
    '{account}-{name}',
    'APP-{name}',
    '{name}_FILE',
    '{name}__{account}_FILE',
  ])('%s', (name) => {
    expect(() => envSecrets({ env: {}, name })).toThrow(TypeError);
    expect(() => envSecrets({ env: {}, name })).toThrow(/^envSecrets: name /);
  });

  it('is not combined with a prefix', () => {
    expect(() => envSecrets({ env: {}, name: 'A_{name}', prefix: 'APP_' })).toThrow(/name .*prefix/);
  });
});

describe('the opener', () => {
  it('takes a template', async () => {
    const url = new URL('env:?name={account}__{name}');
    const provider = await envOpener({ env }).open(url);
    const ref = { name: 'token', scope: { account: 'acme' } };
    expect((await provider.get(ref, {}))?.reveal()).toBe('of acme');
    expect('list' in provider).toBe(true);
  });

  it.each(['env:?name={account}_{name}', 'env:?name=CANARY', 'env:?name=A_{name}&prefix=APP_'])(
    'refuses %s',
    (url) => {
      const failing = () => envOpener({ env }).open(new URL(url));
      expect(failing).toThrow(TypeError);
      expect(failing).not.toThrow(/CANARY/);
    },
  );
});
