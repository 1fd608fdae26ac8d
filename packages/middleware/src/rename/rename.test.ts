import { createSecrets } from '@secretkit/core';
import { guard } from '@secretkit/core/middleware';
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

const addVersion = (name: string): string => `${name}.v1`;
const removeVersion = (name: string): string | undefined =>
  name.endsWith('.v1') ? name.slice(0, -3) : undefined;

describe('renamed by an object', () => {
  const store = () => memorySecrets({ initial: { PG_URL: 'of pg', other: 'other' } });

  it('a secret is read, written and deleted by the application’s name; other names are unchanged', async () => {
    const backend = store();
    const secrets = createSecrets(rename(backend, { 'database-url': 'PG_URL', hook: 'HOOK' }));
    expect((await secrets.get('database-url'))?.reveal()).toBe('of pg');
    expect((await secrets.get('other'))?.reveal()).toBe('other');
    await secrets.set('hook', 'value');
    await secrets.delete('database-url');
    expect(await namesIn(backend)).toEqual(['HOOK', 'other']);
  });

  it('a list has the application’s names, and no name that is translated to another one', async () => {
    expect(await namesIn(rename(store(), { 'database-url': 'PG_URL' }))).toEqual(['database-url', 'other']);
    // The backend's "other" cannot be read: the application's "other" is PG_URL.
    expect(await namesIn(rename(store(), { other: 'PG_URL' }))).toEqual(['other']);
    expect((await createSecrets(rename(store(), { other: 'PG_URL' })).get('other'))?.reveal()).toBe('of pg');
  });

  it('two names can be exchanged', async () => {
    const secrets = createSecrets(rename(store(), { other: 'PG_URL', PG_URL: 'other' }));
    expect((await secrets.get('other'))?.reveal()).toBe('of pg');
    expect((await secrets.get('PG_URL'))?.reveal()).toBe('other');
  });

  it('two names of one secret have the same canonical ref, and are read once', async () => {
    const reads: string[] = [];
    const backend: SecretProvider = {
      name: 'store',
      get: async ({ name }) => {
        reads.push(name);
        return seal('value');
      },
    };
    const provider = rename(backend, { 'database-url': 'PG_URL' });
    const { one, two } = await createSecrets(provider).getMany({ one: 'database-url', two: 'PG_URL' });
    expect([one?.reveal(), two?.reveal()]).toEqual(['value', 'value']);
    expect(reads).toHaveLength(1);
    expect(provider.canonical?.({ name: 'PG_URL' })).toEqual({ name: 'database-url' });
    expect(provider.canonical?.({ name: 'database-url' })).toEqual({ name: 'database-url' });
  });

  it('an error has the ref of the call', async () => {
    const provider = rename({ name: 'store', get: () => Promise.reject(failure('unavailable')) }, { a: 'B' });
    await expect(provider.get({ name: 'a' }, {})).rejects.toMatchObject({
      ref: { name: 'a' },
      code: 'unavailable',
    });
  });

  it('the layer shows the names', () => {
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

describe('renamed by functions', () => {
  it('names are translated there and back', async () => {
    const backend = memorySecrets({ initial: { 'a.v1': 'value', a: 'before' } });
    const provider = rename(backend, addVersion, removeVersion);
    expect((await createSecrets(provider).get('a'))?.reveal()).toBe('value');
    expect(await namesIn(provider)).toEqual(['a']);
    expect(provider.canonical?.({ name: 'a' })).toEqual({ name: 'a' });
    expect(layersOf(provider)[0]?.options).toEqual({});
  });

  it('a list has no name that is not translated to the same inner name', async () => {
    const backend = memorySecrets({ initial: { A: 'v', a: 'v' } });
    const upper = (name: string) => name.toUpperCase();
    const lower = (name: string) => name.toLowerCase();
    expect(await namesIn(rename(backend, upper, lower))).toEqual(['a']);
  });

  it('there is no list without toOuter, also in the type', () => {
    const provider = rename(memorySecrets(), addVersion);
    expect('list' in provider).toBe(false);
    expect(Object.isFrozen(provider)).toBe(true);
    expect(['getMany', 'set', 'delete', 'memory'].every((method) => method in provider)).toBe(true);
    expectTypeOf(provider).not.toHaveProperty('list');
    expectTypeOf(provider).toHaveProperty('getMany');
    expectTypeOf(rename(memorySecrets(), addVersion, removeVersion)).toHaveProperty('list');
    expectTypeOf(rename(memorySecrets(), { a: 'b' })).toHaveProperty('list');
    // @ts-expect-error a client made of it has no list
    void createSecrets(provider).list;
  });

  it('the canonical ref is the inner one without toOuter', () => {
    const folding: SecretProvider = {
      name: 'folding',
      get: async () => undefined,
      canonical: ({ name }) => ({ name: name.toUpperCase() }),
    };
    expect(rename(folding, addVersion).canonical?.({ name: 'a' })).toEqual({ name: 'A.V1' });
    expect(
      rename({ name: 'plain', get: async () => undefined }, addVersion).canonical?.({ name: 'a' }),
    ).toEqual({ name: 'a.v1' });
  });

  it.each([
    ['with toOuter', removeVersion],
    ['without toOuter, for refs that were read', undefined],
  ])('changes have the application’s names, %s', async (_, toOuter) => {
    let value = 'one';
    const caching = cache()({ name: 'store', get: async () => seal(value) });
    const provider = toOuter ? rename(caching, addVersion, toOuter) : rename(caching, addVersion);
    const outer = prefix(rename(provider, { outer: 'a' }), 'ou');
    const secrets = createSecrets(outer);
    const [changes, seen]: [SecretChange[], string[]] = [[], []];
    provider.memory?.subscribe?.((change) => 'secret' in change && changes.push(change));
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

  it('changes of refs that were never read here are not reported without toOuter', () => {
    const listeners: ((change: SecretChange) => void)[] = [];
    const provider = rename(
      {
        name: 'store',
        get: async () => undefined,
        memory: {
          subscribe(listener) {
            listeners.push(listener);
            return () => undefined;
          },
        },
      },
      addVersion,
    );
    const changes: SecretChange[] = [];
    provider.memory?.subscribe?.((change) => 'secret' in change && changes.push(change));
    expect(listeners).toHaveLength(1);
    listeners[0]?.({ ref: { name: 'a.v1' }, secret: seal('v') });
    expect(changes).toEqual([]);
  });

  it.each<[string, (name: string) => unknown]>([
    ['returns undefined', () => undefined],
    ['returns an empty name', () => ''],
    ['returns a control character', (name) => `${name}\n`],
    [
      'throws',
      () => {
        throw new Error('CANARY');
      },
    ],
  ])('a function that %s fails that read, before any call', async (_, toInner) => {
    const reads: string[] = [];
    const backend: SecretProvider = {
      name: 'store',
      get: async () => undefined,
      getMany: async (refs) => {
        reads.push(...refs.map(({ name }) => name));
        return refs.map(() => seal('value'));
      },
    };
    const partly = (name: string): string => (name === 'wrong' ? toInner(name) : name) as string;
    const secrets = createSecrets(rename(backend, partly));
    const error = await secrets.get('wrong').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'invalid_argument',
      ref: { name: 'wrong' },
      problem: expect.stringMatching(/cannot be translated/) as string,
    });
    expect(JSON.stringify(error)).not.toContain('CANARY');
    const settled = await secrets.getManySettled({ a: 'a', wrong: 'wrong', b: 'b' });
    expect([settled.a, settled.b].every((answer) => answer && 'reveal' in answer)).toBe(true);
    expect(settled.wrong).toMatchObject({ code: 'invalid_argument' });
    expect(reads).toEqual(['a', 'b']);
    expect(await outcome(Promise.resolve().then(() => secrets.peek('wrong')))).toBe(undefined);
  });
});

describe('invalid names are refused at construction', () => {
  it.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /^rename: names must be .*, got undefined\./],
    ['null', null, /^rename: names must be .*, got null\./],
    ['an array', [['a', 'CANARY']], /^rename: names must be .*, got an array\./],
    ['a string', 'CANARY', /^rename: names must be .*, got string\./],
    ['a map', new Map([['a', 'CANARY']]), /^rename: names must be .*, got an instance of a class\./],
    ['an empty inner name', { a: '' }, /^rename: entry "a": .* empty/],
    ['an inner name that is not a string', { a: 5 }, /^rename: entry "a": .* string, got number/],
    ['an inner name with a control character', { a: 'CANARY\n' }, /^rename: entry "a": .* control character/],
    ['an outer name with a control character', { 'a\n': 'b' }, /^rename: entry "a\n": .* control character/],
    [
      'a long outer name',
      { ['n'.repeat(60)]: '' },
      new RegExp(`^rename: entry "${'n'.repeat(50)}": .* empty`),
    ],
    [
      'two names of one secret',
      { a: 'CANARY', b: 'CANARY' },
      /^rename: entries "a" and "b" must .* different/,
    ],
  ])('%s', (_, names, message) => {
    const build = () => rename(memorySecrets(), names as Record<string, string>);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
    expect(build).not.toThrow(/CANARY/);
  });

  it('an argument that is not a provider', () => {
    expect(() => rename({} as SecretProvider, { a: 'b' })).toThrow(
      /^rename: provider must have a name and a get method/,
    );
    expect(() => rename({ a: 'b' } as never, undefined as never)).toThrow(
      /^rename: provider must have a name and a get method/,
    );
  });
});

describe('a similar name', () => {
  const store = () => memorySecrets({ initial: { 'billing/database-url': 'value', other: 'value' } });
  const similarTo = (stack: SecretProvider, name: string) =>
    createSecrets(stack)
      .require(name)
      .catch((error: unknown) => /\. ("[^"]+") exists/.exec(String(error))?.[1]);

  it('is the application’s name', async () => {
    expect(await similarTo(prefix(store(), 'billing/'), 'DATABASE_URL')).toBe('"database-url"');
    const renamed = rename(store(), { url: 'billing/database-url', URL: 'BILLING/DATABASE_URL' });
    expect(await similarTo(renamed, 'URL')).toBe('"url"');
  });

  it('is not given where the application has no name for it, or the name cannot be translated', async () => {
    expect(
      await similarTo(
        rename(store(), (name) => name.toUpperCase()),
        'other',
      ),
    ).toBeUndefined();
    expect(await similarTo(prefix(store(), 'OT'), 'HER')).toBeUndefined();
    const untranslatable = guard(rename(store(), () => ''));
    expect(untranslatable.memory?.explain?.({ name: 'other' })).toEqual({ state: 'absent' });
  });
});
