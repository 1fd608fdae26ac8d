import { createSecrets } from '@secretkit/core';
import { layersOf, type SecretChange, type SecretProvider, seal } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { failure, outcome } from '../../test/held-backend.js';
import { cache } from '../cache/index.js';
import { prefix } from '../prefix/index.js';
import { rename } from './index.js';

async function namesIn(provider: SecretProvider): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of createSecrets(provider).list()) names.push(name);
  return names;
}

const versioned = (name: string): string => `${name}.v1`;
const unversioned = (name: string): string | undefined =>
  name.endsWith('.v1') ? name.slice(0, -3) : undefined;

describe('by names', () => {
  const store = () => memorySecrets({ initial: { PG_URL: 'of pg', other: 'other' } });

  it('a secret is read, written and deleted by the name that the application has for it; other names stay', async () => {
    const backend = store();
    const secrets = createSecrets(rename(backend, { 'database-url': 'PG_URL', hook: 'HOOK' }));
    expect((await secrets.get('database-url'))?.reveal()).toBe('of pg');
    expect((await secrets.get('other'))?.reveal()).toBe('other');
    await secrets.set('hook', 'value');
    await secrets.delete('database-url');
    expect(await namesIn(backend)).toEqual(['HOOK', 'other']);
  });

  it('a list has the names of the application, and none that leads elsewhere', async () => {
    expect(await namesIn(rename(store(), { 'database-url': 'PG_URL' }))).toEqual(['database-url', 'other']);
    // What the backend calls "other" cannot be meant: here, it is the name of PG_URL.
    expect(await namesIn(rename(store(), { other: 'PG_URL' }))).toEqual(['other']);
    expect((await createSecrets(rename(store(), { other: 'PG_URL' })).get('other'))?.reveal()).toBe('of pg');
  });

  it('names can be exchanged', async () => {
    const secrets = createSecrets(rename(store(), { other: 'PG_URL', PG_URL: 'other' }));
    expect((await secrets.get('other'))?.reveal()).toBe('of pg');
    expect((await secrets.get('PG_URL'))?.reveal()).toBe('other');
  });

  it('two names of one secret have one identity, and are fetched once', async () => {
    const asked: string[] = [];
    const backend: SecretProvider = {
      name: 'store',
      get: async ({ name }) => {
        asked.push(name);
        return seal('value');
      },
    };
    const provider = rename(backend, { 'database-url': 'PG_URL' });
    const { one, two } = await createSecrets(provider).getMany({ one: 'database-url', two: 'PG_URL' });
    expect([one?.reveal(), two?.reveal()]).toEqual(['value', 'value']);
    expect(asked).toHaveLength(1);
    expect(provider.canonical?.({ name: 'PG_URL' })).toEqual({ name: 'database-url' });
    expect(provider.canonical?.({ name: 'database-url' })).toEqual({ name: 'database-url' });
  });

  it('an error names the ref that was asked for', async () => {
    const provider = rename({ name: 'store', get: () => Promise.reject(failure('unavailable')) }, { a: 'B' });
    await expect(provider.get({ name: 'a' }, {})).rejects.toMatchObject({
      ref: { name: 'a' },
      code: 'unavailable',
    });
  });

  it('it is a layer that tells the names', () => {
    const provider = rename(store(), { a: 'b' });
    expect(provider.name).toBe('rename(memory)');
    expect(layersOf(provider)).toEqual([{ name: 'rename', options: { names: { a: 'b' } } }]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('%s is an ordinary name', async (name) => {
    const backend = memorySecrets({
      initial: [
        [name, 'value'],
        ['b', 'of b'],
      ],
    });
    expect((await createSecrets(rename(backend, { a: 'b' })).get(name))?.reveal()).toBe('value');
    const names = Object.fromEntries([[name, 'b']]);
    expect((await createSecrets(rename(backend, names)).get(name))?.reveal()).toBe('of b');
  });
});

describe('by functions', () => {
  it('names lead there and back', async () => {
    const backend = memorySecrets({ initial: { 'a.v1': 'value', a: 'before' } });
    const provider = rename(backend, versioned, unversioned);
    expect((await createSecrets(provider).get('a'))?.reveal()).toBe('value');
    expect(await namesIn(provider)).toEqual(['a']);
    expect(provider.canonical?.({ name: 'a' })).toEqual({ name: 'a' });
    expect(layersOf(provider)[0]?.options).toEqual({});
  });

  it('what leads back but not there is not listed', async () => {
    const backend = memorySecrets({ initial: { A: 'v', a: 'v' } });
    const upper = (name: string) => name.toUpperCase();
    const lower = (name: string) => name.toLowerCase();
    expect(await namesIn(rename(backend, upper, lower))).toEqual(['a']);
  });

  it('there is no list without a way back, by its type either', () => {
    const provider = rename(memorySecrets(), versioned);
    expect('list' in provider).toBe(false);
    expect(Object.isFrozen(provider)).toBe(true);
    expect(['getMany', 'set', 'delete', 'peek'].every((method) => method in provider)).toBe(true);
    expectTypeOf(provider).not.toHaveProperty('list');
    expectTypeOf(provider).toHaveProperty('getMany');
    expectTypeOf(rename(memorySecrets(), versioned, unversioned)).toHaveProperty('list');
    expectTypeOf(rename(memorySecrets(), { a: 'b' })).toHaveProperty('list');
    // @ts-expect-error nor can a client over it list
    void createSecrets(provider).list;
  });

  it('without a way back, identity is that of the provider inside', () => {
    const folding: SecretProvider = {
      name: 'folding',
      get: async () => undefined,
      canonical: ({ name }) => ({ name: name.toUpperCase() }),
    };
    expect(rename(folding, versioned).canonical?.({ name: 'a' })).toEqual({ name: 'A.V1' });
    expect(
      rename({ name: 'plain', get: async () => undefined }, versioned).canonical?.({ name: 'a' }),
    ).toEqual({ name: 'a.v1' });
  });

  it.each([
    ['with a way back', unversioned],
    ['without one: what was asked for is known', undefined],
  ])('changes are told by the names of the application, %s', async (_, back) => {
    let value = 'one';
    const caching = cache()({ name: 'store', get: async () => seal(value) });
    const provider = back ? rename(caching, versioned, back) : rename(caching, versioned);
    const outer = prefix(rename(provider, { outer: 'a' }), 'ou');
    const secrets = createSecrets(outer);
    const [changes, seen]: [SecretChange[], string[]] = [[], []];
    provider.subscribe?.((change) => changes.push(change));
    secrets.onChange('ter', (secret) => seen.push(secret.reveal()));
    await secrets.get('ter');
    value = 'two';
    await secrets.get('ter', { fresh: true });
    expect(changes.map(({ ref }) => ref)).toEqual([{ name: 'a' }]);
    expect(seen).toEqual(['two']);
    expect(secrets.peek('ter')?.reveal()).toBe('two');
    secrets.invalidate('ter');
    expect(secrets.peek('ter')).toBe(undefined);
  });

  it('without a way back, changes of what others ask for are not told', () => {
    const listeners: ((change: SecretChange) => void)[] = [];
    const provider = rename(
      {
        name: 'store',
        get: async () => undefined,
        subscribe(listener) {
          listeners.push(listener);
          return { [Symbol.dispose]: () => undefined };
        },
      },
      versioned,
    );
    const changes: SecretChange[] = [];
    provider.subscribe?.((change) => changes.push(change));
    listeners[0]?.({ ref: { name: 'a.v1' }, secret: seal('v') });
    expect(changes).toEqual([]);
  });

  it.each<[string, (name: string) => unknown]>([
    ['nothing', () => undefined],
    ['an empty name', () => ''],
    ['a control character', (name) => `${name}\n`],
    [
      'a failure',
      () => {
        throw new Error('CANARY');
      },
    ],
  ])('a function that makes %s of a name fails that read, before any call', async (_, inward) => {
    const asked: string[] = [];
    const backend: SecretProvider = {
      name: 'store',
      get: async () => undefined,
      getMany: async (refs) => {
        asked.push(...refs.map(({ name }) => name));
        return refs.map(() => seal('value'));
      },
    };
    const partly = (name: string): string => (name === 'wrong' ? inward(name) : name) as string;
    const secrets = createSecrets(rename(backend, partly));
    const error = await secrets.get('wrong').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'invalid_argument',
      ref: { name: 'wrong' },
      problem:
        'the name cannot be translated: what comes of it is no name, such as an empty or an over-long one.',
    });
    expect(JSON.stringify(error)).not.toContain('CANARY');
    const settled = await secrets.getManySettled({ a: 'a', wrong: 'wrong', b: 'b' });
    expect([settled.a, settled.b].every((answer) => answer && 'reveal' in answer)).toBe(true);
    expect(settled.wrong).toMatchObject({ code: 'invalid_argument' });
    expect(asked).toEqual(['a', 'b']);
    expect(await outcome(Promise.resolve().then(() => secrets.peek('wrong')))).toBe(undefined);
  });
});

describe('wrong names are refused when it is built', () => {
  it.each<[string, unknown, string]>([
    [
      'none',
      undefined,
      "rename takes names by name, such as { 'database-url': 'PG_URL' }, or a function from name to name.",
    ],
    ['null', null, 'rename takes names by name'],
    ['a list', [['a', 'b']], 'rename takes names by name'],
    ['a text', 'a', 'rename takes names by name'],
    ['a map', new Map([['a', 'b']]), 'rename takes names by name'],
    ['a name that is none', { a: '' }, 'rename: the entry "a": the name of a secret is empty.'],
    [
      'a name that is no text',
      { a: 5 },
      'rename: the entry "a": the name of a secret is a string, not number.',
    ],
    [
      'a name of the application that is none',
      { 'a\n': 'b' },
      'rename: the entry "a\n": the name of a secret has a control character.',
    ],
    [
      'a long one',
      { ['n'.repeat(60)]: '' },
      `rename: the entry "${'n'.repeat(50)}": the name of a secret is empty.`,
    ],
    [
      'two names for one secret',
      { a: 'X', b: 'X' },
      'rename: "a" and "b" are both "X". Give a secret one name.',
    ],
  ])('%s', (_, names, message) => {
    const build = () => rename(memorySecrets(), names as Record<string, string>);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
  });

  it('a way back that is no function, and what is no provider', () => {
    expect(() => rename(memorySecrets(), versioned, 5 as never)).toThrow(
      'rename: the way back is a function, not number.',
    );
    expect(() => rename({} as SecretProvider, { a: 'b' })).toThrow(/^rename needs a provider/);
    expect(() => rename({ a: 'b' } as never, undefined as never)).toThrow(/^rename needs a provider/);
  });
});
