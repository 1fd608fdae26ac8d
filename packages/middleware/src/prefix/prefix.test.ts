import { createSecrets } from '@secretkit/core';
import {
  layersOf,
  type SecretChange,
  SecretError,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { failure, outcome } from '../../test/held-backend.js';
import { cache } from '../cache/index.js';
import { prefix } from './index.js';

async function namesIn(provider: SecretProvider): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of createSecrets(provider).list()) names.push(name);
  return names;
}

describe('under a prefix', () => {
  it('a secret is read, written and deleted by the name without the prefix', async () => {
    const store = memorySecrets({ initial: { 'app/a': 'A', 'app/b': 'B', a: 'of others' } });
    const secrets = createSecrets(prefix(store, 'app/'));
    expect((await secrets.get('a'))?.reveal()).toBe('A');
    const { a, b, none } = await secrets.getMany({ a: 'a', b: 'b', none: 'none' });
    expect([a?.reveal(), b?.reveal(), none]).toEqual(['A', 'B', undefined]);
    await secrets.set('c', 'C');
    await secrets.delete('a');
    expect(await namesIn(store)).toEqual(['a', 'app/b', 'app/c']);
    expect(secrets.peek('c')?.reveal()).toBe('C');
  });

  it('the scope of a ref is unchanged', async () => {
    const scope = { account: 'acct_1', user: 'usr_1' };
    const store = memorySecrets({ initial: [[{ name: 'app/a', scope }, 'hers']] });
    const provider = prefix(store, 'app/');
    expect(await outcome(provider.get({ name: 'a', scope }, {}))).toBe('hers');
    expect(await provider.list({ scope }, {})).toEqual({ refs: [{ name: 'a', scope }] });
    expect(await outcome(provider.get({ name: 'a' }, {}))).toBe(undefined);
  });

  it('a list has the names that start with the prefix, over all pages, and no others', async () => {
    const initial = Object.fromEntries(
      ['a', 'app/', 'app/1', 'app/2', 'app/app/1', 'apple', 'b', 'xapp/1'].map((name) => [name, 'v']),
    );
    expect(await namesIn(prefix(memorySecrets({ initial, pageSize: 2 }), 'app/'))).toEqual([
      '1',
      '2',
      'app/1',
    ]);
    const page = await prefix(memorySecrets({ initial }), 'app/').list({ limit: 3 }, {});
    expect(page).toEqual({ refs: [{ name: '1' }], cursor: 'app/1' });
  });

  it('capabilities are neither added nor removed, also in the type', () => {
    const least: SecretProvider = prefix({ name: 'least', get: async () => undefined }, 'app/');
    const methods = ['getMany', 'list', 'set', 'delete', 'canonical', 'memory'];
    expect(methods.filter((method) => method in least)).toEqual(['canonical']);
    expectTypeOf(prefix(memorySecrets(), 'app/')).toHaveProperty('set');
    expectTypeOf(prefix({ name: 'least', get: async () => undefined }, 'app/')).not.toHaveProperty('set');
  });

  it('the layer shows the prefix, and prefixes nest', async () => {
    const store = memorySecrets({ initial: { 'a/b/c': 'value' } });
    const provider = prefix(prefix(store, 'a/'), 'b/');
    expect(await outcome(provider.get({ name: 'c' }, {}))).toBe('value');
    expect(await namesIn(provider)).toEqual(['c']);
    expect(provider.name).toBe('prefix(prefix(memory))');
    expect(layersOf(provider).map(({ options }) => options)).toEqual([{ prefix: 'b/' }, { prefix: 'a/' }]);
  });
});

describe('an error under a prefix', () => {
  const failing: SecretProvider = {
    name: 'failing',
    get: async (ref) => {
      throw new SecretError('unavailable', 'as scripted.', { ref, provider: 'failing', operation: 'get' });
    },
    getMany: async (refs) => refs.map((ref) => new SecretError('timeout', 'as scripted.', { ref })),
    list: async () => {
      throw new SecretError('conflict', 'as scripted.', { ref: { name: 'app/listed' } });
    },
    set: async (ref) => {
      throw new SecretError('conflict', 'as scripted.', { ref });
    },
    delete: async (ref) => {
      throw new SecretError('conflict', 'as scripted.', { ref });
    },
  };
  const provider = prefix(failing, 'app/') as Required<SecretProvider>;
  const ref = { name: 'a', scope: { user: 'usr_1' } };

  it.each([
    ['get', () => provider.get(ref, {}), 'unavailable: failing get "a" (user usr_1): as scripted.'],
    ['set', () => provider.set(ref, seal('v'), {}), 'conflict: failing set "a" (user usr_1): as scripted.'],
    ['delete', () => provider.delete(ref, {}), 'conflict: failing delete "a" (user usr_1): as scripted.'],
    ['list', () => provider.list({}, {}), 'conflict: failing list "listed": as scripted.'],
    [
      'getMany',
      async () => {
        throw (await provider.getMany([ref], {}))[0];
      },
      'timeout: failing getMany "a" (user usr_1): as scripted.',
    ],
  ])('has the ref of the call: %s', async (_, call, message) => {
    await expect(call()).rejects.toMatchObject({ message });
  });

  it.each<[string, SecretError, unknown]>([
    [
      'has the ref without the prefix',
      new SecretError('timeout', 'x', { ref: { name: 'app/b' } }),
      { name: 'b' },
    ],
    [
      'has no ref if the name has no outer name',
      new SecretError('timeout', 'x', { ref: { name: 'of-others' } }),
      undefined,
    ],
    ['is unchanged if it has no ref', failure('timeout'), undefined],
  ])('of a whole batch %s', async (_, error, expected) => {
    const batch = prefix({ ...failing, getMany: () => Promise.reject(error) }, 'app/').getMany(
      [ref, { name: 'b' }],
      {},
    );
    const thrown: unknown = await batch.catch((reason: unknown) => reason);
    expect(thrown).toMatchObject({ code: 'timeout' });
    expect((thrown as SecretError).ref).toEqual(expected);
  });

  it.each(['get', 'set', 'getMany', 'list'] as const)(
    'that is the reason of the caller’s abort is passed on unchanged: %s',
    async (operation) => {
      const reason = new SecretError('timeout', 'of the caller.', { ref: { name: 'app/of-the-caller' } });
      const { signal, abort } = (() => {
        const caller = new AbortController();
        return { signal: caller.signal, abort: () => caller.abort(reason) };
      })();
      const hang = () => new Promise<never>(() => {});
      const hanging = prefix({ name: 'h', get: hang, getMany: hang, list: hang, set: hang }, 'app/');
      const calls = {
        get: () => hanging.get(ref, { signal }),
        set: () => hanging.set(ref, seal('v'), { signal }),
        getMany: () => hanging.getMany([ref, ref], { signal }),
        list: () => hanging.list({}, { signal }),
      };
      const ended = (calls[operation]() as Promise<unknown>).catch((error: unknown) => error);
      abort();
      expect(await ended).toBe(reason);
    },
  );

  it('is invalid_argument for a name that is too long with the prefix; the others of a batch are read', async () => {
    const reads: string[] = [];
    const store: SecretProvider = {
      name: 'store',
      get: async () => undefined,
      getMany: async (refs) => {
        reads.push(...refs.map(({ name }) => name));
        return refs.map(() => seal('value'));
      },
    };
    const long = 'n'.repeat(4_997);
    const secrets = createSecrets(prefix(store, 'app/'));
    const { a, tooLong } = await secrets.getManySettled({ tooLong: long, a: 'a' });
    expect(a).toBeDefined();
    expect(tooLong).toMatchObject({ code: 'invalid_argument', ref: { name: long } });
    expect(reads).toEqual(['app/a']);
    expect(await outcome(secrets.get(long))).toBe('invalid_argument');
    await expect(secrets.getManySettled({ one: long, two: `${long}n` })).resolves.toMatchObject({
      one: { code: 'invalid_argument' },
      two: { code: 'invalid_argument' },
    });
    expect(reads).toEqual(['app/a']);
    expect(
      (await createSecrets(prefix(store, 'app/')).getManySettled({ a: 'n'.repeat(4_996), b: 'b' })).a,
    ).not.toHaveProperty('code');
  });
});

describe('values in memory under a prefix', () => {
  it('are looked at, read, invalidated and reported by the name without the prefix', async () => {
    const values = new Map([['app/a', 'one']]);
    const get: SecretProvider['get'] = async ({ name }) => {
      const value = values.get(name);
      return value === undefined ? undefined : seal(value);
    };
    const provider = prefix(cache()({ name: 'store', get }), 'app/');
    const secrets = createSecrets(provider);
    const changes: SecretChange[] = [];
    const seen: string[] = [];
    provider.memory?.subscribe?.((change) => 'secret' in change && changes.push(change));
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await secrets.get('a');
    await secrets.get('a');
    expect(secrets.get('a')).toBe(secrets.get('a'));
    expect(secrets.peek('a')?.reveal()).toBe('one');
    values.set('app/a', 'two');
    expect((await secrets.get('a'))?.reveal()).toBe('one');
    secrets.invalidate('a');
    expect((await secrets.get('a'))?.reveal()).toBe('two');
    expect(seen).toEqual(['two']);
    expect(changes.map(({ ref }) => ref)).toEqual([{ name: 'a' }]);
  });

  it('are invalidated by ref, by scope and altogether', () => {
    const targets: unknown[] = [];
    const provider = prefix(
      {
        name: 'store',
        get: async () => undefined,
        memory: { invalidate: (target?: unknown) => void targets.push(target) },
      },
      'app/',
    );
    const scope = { user: 'usr_1' };
    provider.memory?.invalidate?.({ name: 'a', scope });
    provider.memory?.invalidate?.({ scope });
    provider.memory?.invalidate?.();
    expect(targets).toEqual([{ name: 'app/a', scope }, { scope }, undefined]);
  });

  it('are not reported if the name does not start with the prefix', async () => {
    const shared = cache()({ name: 'store', get: async () => seal(String(Math.PI)) });
    const listeners: ((change: SecretChange) => void)[] = [];
    const provider = prefix(
      {
        ...shared,
        memory: {
          ...shared.memory,
          subscribe: (listener) => (listeners.push(listener), shared.memory!.subscribe!(listener)),
        },
      },
      'app/',
    );
    const changes: SecretChange[] = [];
    provider.memory?.subscribe?.((change) => 'secret' in change && changes.push(change));
    for (const name of ['of-others', 'app/a', 'app/']) listeners[0]?.({ ref: { name }, secret: seal('v') });
    expect(changes.map(({ ref }) => ref.name)).toEqual(['a']);
  });
});

describe('the canonical ref under a prefix', () => {
  const foldedTo = (fold: (name: string) => string): SecretProvider =>
    prefix(
      {
        name: 'folding',
        get: async () => undefined,
        canonical: ({ name, scope }) => ({ name: fold(name), ...(scope && { scope }) }),
      },
      'app/',
    );
  const nameOf = (provider: SecretProvider, name: string) => provider.canonical?.({ name })?.name;

  it('is the inner one, with the name without the prefix', () => {
    const provider = foldedTo((name) => name.toLowerCase());
    expect(nameOf(provider, 'Token')).toBe('token');
    expect(provider.canonical?.({ name: 'Token', scope: { user: 'usr_1' } })).toEqual({
      name: 'token',
      scope: { user: 'usr_1' },
    });
    expect(nameOf(prefix({ name: 'plain', get: async () => undefined }, 'app/'), 'Token')).toBe('Token');
  });

  it('of a name without an outer name equals no name that a caller can use', () => {
    const provider = foldedTo((name) => name.toUpperCase());
    expect(nameOf(provider, 'token')).toBe('\0cAPP/TOKEN');
    expect(nameOf(provider, 'Token')).toBe(nameOf(provider, 'token'));
    // Aliases of the store lead out of the prefix, and into it.
    const crossing = foldedTo(
      (name) =>
        ({ 'app/out': 'x', 'app/in': 'app/x', 'app/empty': 'app/', 'app/marked': 'app/\0cx' })[name] ?? name,
    );
    const names = ['out', 'in', 'empty', 'marked', 'other'].map((name) => nameOf(crossing, name));
    expect(names).toEqual(['\0cx', 'x', '\0capp/', '\0capp/\0cx', 'other']);
  });

  it('of a name that is too long with the prefix is one of its own', () => {
    const provider = foldedTo((name) => name);
    const long = 'n'.repeat(5_000);
    expect(provider.canonical?.({ name: long, scope: { user: 'u' } })).toEqual({
      name: `\0u${long}`,
      scope: { user: 'u' },
    });
  });
});

describe('a prefix that no valid name starts with', () => {
  it.each([
    ['', /^prefix: prefix must not be empty/],
    ['CANARY\n', /^prefix: prefix must not have a control character/],
    ['\0c', /^prefix: prefix must not have a control character/],
    [5, /^prefix: prefix must be a string, got number/],
    [undefined, /^prefix: prefix must be a string, got undefined/],
    [{ name: 'app/' }, /^prefix: prefix must be a string, got an object/],
  ])('is refused at construction: %j', (wrong, message) => {
    const build = () => prefix(memorySecrets(), wrong as string);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
    expect(build).not.toThrow(/CANARY/);
  });

  it('is refused, and so is an argument that is not a provider', () => {
    expect(() => prefix({} as SecretProvider, 'app/')).toThrow(
      /^prefix: provider must have a name and a get method/,
    );
    expect(() => prefix('app/' as never, undefined as never)).toThrow(
      /^prefix: provider must have a name and a get method/,
    );
  });
});
