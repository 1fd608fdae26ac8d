import { createSecrets } from '@secretkit/core';
import { layersOf, type SecretProvider, seal } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { cache } from '../cache/index.js';
import { readOnly } from './index.js';

describe('a read-only provider', () => {
  it('reads, lists and reads batches, and has no set and no delete', async () => {
    const store = memorySecrets({ initial: { a: 'value', b: 'other' } });
    const provider: SecretProvider = readOnly(store);
    expect(['getMany', 'list', 'memory', 'set', 'delete'].map((method) => method in provider)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    const secrets = createSecrets(provider);
    const { a, b } = await secrets.getMany({ a: 'a', b: 'b' });
    expect([a?.reveal(), b?.reveal()]).toEqual(['value', 'other']);
    await expect(secrets.set('a', 'new')).rejects.toMatchObject({ code: 'unsupported' });
    await expect(secrets.delete('a')).rejects.toMatchObject({ code: 'unsupported' });
    expect((await store.get({ name: 'a' }, {}))?.reveal()).toBe('value');
  });

  it('has no set and no delete in its type', () => {
    const store = memorySecrets();
    const provider = readOnly(store);
    expectTypeOf(provider).toHaveProperty('getMany');
    expectTypeOf(provider).toHaveProperty('list');
    expectTypeOf(provider).not.toHaveProperty('set');
    expectTypeOf(provider).not.toHaveProperty('delete');
    expectTypeOf(provider).toExtend<SecretProvider>();
    // @ts-expect-error a client made of it has no set
    void createSecrets(cache()(provider)).set;
    const either = readOnly<typeof store | SecretProvider>(store);
    expectTypeOf(either).toHaveProperty('list');
  });

  it('has no compareAndSet, at run time and in its type, and keeps versions and leases', async () => {
    const released: unknown[] = [];
    const store = {
      name: 'store',
      get: async () => seal('value'),
      compareAndSet: async () => ({ version: 'v2' }),
      listVersions: async () => [{ version: 'v1' }],
      hold: (ref, version) => ({ [Symbol.dispose]: () => void released.push([ref.name, version]) }),
    } satisfies SecretProvider;
    const provider = readOnly(store);
    expectTypeOf(provider).not.toHaveProperty('compareAndSet');
    expectTypeOf(provider).toHaveProperty('listVersions');
    expect('compareAndSet' in provider).toBe(false);
    expect(await provider.listVersions({ name: 'a' }, {})).toEqual([{ version: 'v1' }]);
    provider.hold?.({ name: 'a' }, 'v1')[Symbol.dispose]();
    expect(released).toEqual([['a', 'v1']]);
    const secrets = createSecrets<SecretProvider>(provider);
    expect(secrets.can('compareAndSet')).toBe(false);
    await expect(secrets.compareAndSet('a', 'new', 'v1')).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('is a layer, and is frozen', () => {
    const provider = readOnly(cache()(memorySecrets()));
    expect(provider.name).toBe('readOnly(cache(memory))');
    expect(layersOf(provider).map(({ name }) => name)).toEqual(['readOnly', 'cache']);
    expect(Object.isFrozen(provider)).toBe(true);
  });

  it('passes the memory on, and closes the inner provider', async () => {
    let closed = 0;
    const provider = readOnly(
      cache()({
        name: 'store',
        get: async () => seal('value'),
        set: async () => undefined,
        [Symbol.asyncDispose]: async () => {
          closed += 1;
        },
      }),
    );
    const secrets = createSecrets(provider);
    await secrets.get('a');
    await secrets.get('a');
    expect(secrets.get('a')).toBe(secrets.get('a'));
    expect(secrets.peek('a')?.reveal()).toBe('value');
    secrets.invalidate();
    expect(secrets.peek('a')).toBe(undefined);
    expect(secrets.onChange('a', () => undefined)).toBeDefined();
    await secrets.close();
    expect(closed).toBe(1);
  });

  it('refuses an argument that is not a provider', () => {
    expect(() => readOnly({} as SecretProvider)).toThrow(
      /^readOnly: provider must have a name and a get method/,
    );
  });
});
