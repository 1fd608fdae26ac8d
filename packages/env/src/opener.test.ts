import type { SecretProvider } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { envOpener } from './opener.js';

const env = { APP_TOKEN: 'with a prefix', TOKEN: 'without a prefix' };

async function tokenOf(provider: SecretProvider | Promise<SecretProvider>): Promise<string | undefined> {
  return (await (await provider).get({ name: 'token' }, {}))?.reveal();
}

describe('envOpener', () => {
  it.each([
    ['env:', 'without a prefix', false],
    ['env:?prefix=APP_', 'with a prefix', true],
  ])('opens %s', async (url, value, lists) => {
    const provider = await envOpener({ env }).open(new URL(url));
    expect([await tokenOf(provider), 'list' in provider]).toEqual([value, lists]);
  });

  it('leaves out the excluded variables', async () => {
    const opener = envOpener({ env, exclude: ['TOKEN'] });
    expect(await tokenOf(opener.open(new URL('env:')))).toBeUndefined();
    expect(await tokenOf(opener.open(new URL('env:?prefix=APP_')))).toBe('with a prefix');
  });

  it('has the scheme env, or another one', async () => {
    expect(envOpener().schemes).toEqual(['env']);
    const opener = envOpener({ env, scheme: 'ci' });
    expect(opener.schemes).toEqual(['ci']);
    expect(await tokenOf(opener.open(new URL('ci:?prefix=APP_')))).toBe('with a prefix');
  });

  it.each([
    ['env:?prefx=APP_', 'unknown parameter'],
    ['env:?APP_CANARY', 'prefix'],
    ['env:?prefix=', 'prefix'],
    ['env:?prefix=A&prefix=B', 'prefix'],
    ['env:?prefix=CANARY-', 'prefix'],
    ['env:CANARY', 'path'],
    ['env://CANARY', 'host'],
    ['env:?prefix=A#CANARY', 'fragment'],
  ])('refuses %s', (url, named) => {
    const open = () => envOpener({ env }).open(new URL(url));
    expect(open).toThrow(TypeError);
    expect(open).toThrow(new RegExp(`^env.*${named}(?!.*CANARY)`));
  });

  it.each<[unknown, string]>([
    [null, 'options'],
    [{ prefix: 'A' }, '"prefix"'],
    [{ env: 'CANARY' }, 'env'],
    [{ exclude: 'CANARY' }, 'exclude'],
    [{ scheme: 'CANARY' }, 'scheme'],
    [{ scheme: 'env:' }, 'scheme'],
    [{ scheme: '' }, 'scheme'],
    [{ scheme: 5 }, 'scheme'],
  ])('refuses wrong options: %j', (options, named) => {
    const build = () => envOpener(options as never);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(new RegExp(`^envOpener: .*${named}(?!.*CANARY)`));
  });
});
