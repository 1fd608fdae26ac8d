import type { SecretProvider } from '@secretkit/core/provider';
import { type EnvSecrets, envSecrets } from '@secretkit/env';
import { type MemorySecrets, memorySecrets } from '@secretkit/memory';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { selectProvider } from './select-provider.js';

const memory = memorySecrets();

describe('an environment', () => {
  it('has its provider built, with or without waiting, and no other', async () => {
    const built: string[] = [];
    const builders = {
      development: () => {
        built.push('development');
        return memory;
      },
      production: async () => {
        built.push('production');
        await Promise.resolve();
        return envSecrets({ env: {} });
      },
    };
    expect(await selectProvider('development', builders)).toBe(memory);
    expect((await selectProvider('production', builders)).name).toBe('env');
    expect(built).toEqual(['development', 'production']);
    expectTypeOf(selectProvider('production', builders)).resolves.toEqualTypeOf<MemorySecrets | EnvSecrets>();
  });

  it.each([
    ['staging', 'selectProvider: there is no environment "staging". There is development, test.'],
    ['constructor', 'selectProvider: there is no environment "constructor". There is development, test.'],
    ['__proto__', 'selectProvider: there is no environment of that name. There is development, test.'],
    ['4711-CANARY-value', 'selectProvider: there is no environment of that name.'],
    [
      '',
      'selectProvider: no environment is given. Is the variable set that names it? There is development, test.',
    ],
    [undefined, 'selectProvider: no environment is given.'],
    [5, 'selectProvider: no environment is given.'],
  ])('that there is not is told with those there are: %s', async (environment, message) => {
    const builders = { development: () => memory, test: () => memory };
    await expect(selectProvider(environment as string, builders)).rejects.toThrow(message);
  });
});

describe('what is built', () => {
  it.each([[undefined], [{}], [{ name: 'x' }], [() => memory]])(
    'must be a provider, and not %o',
    async (built) => {
      const builders = { test: () => built as unknown as SecretProvider };
      await expect(selectProvider('test', builders)).rejects.toThrow(
        /^selectProvider, for "test", needs a provider: an object with a name and a get method/,
      );
    },
  );

  it('fails as its builder fails', async () => {
    const failure = new Error('of the builder');
    await expect(selectProvider('test', { test: () => Promise.reject(failure) })).rejects.toBe(failure);
  });
});

it.each([undefined, null, 'test', {}])('%o are no builders', async (builders) => {
  await expect(selectProvider('test', builders as never)).rejects.toThrow(/^selectProvider takes an object/);
});

it('a provider in place of a function is told, since it would be built in every environment', async () => {
  await expect(selectProvider('test', { test: () => memory, other: memory as never })).rejects.toThrow(
    'for each environment a function that makes its provider. Of "other" it is object.',
  );
});
