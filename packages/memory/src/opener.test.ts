import type { SecretProvider } from '@secretkit/core/provider';
import { seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { memoryOpener } from './opener.js';

const url = new URL('memory:');

async function tokenOf(provider: SecretProvider | Promise<SecretProvider>): Promise<string | undefined> {
  return (await (await provider).get({ name: 'token' }, {}))?.reveal();
}

describe('memoryOpener', () => {
  it('opens a new memory with the first content each time', async () => {
    function* content(): Generator<[string, string]> {
      yield ['token', 'example'];
    }
    const opener = memoryOpener({ initial: content() });
    const [one, other] = [await opener.open(url), await opener.open(url)];
    await one.set({ name: 'token' }, seal('changed'), {});
    expect([await tokenOf(one), await tokenOf(other)]).toEqual(['changed', 'example']);
    expect(await tokenOf(memoryOpener().open(url))).toBeUndefined();
  });

  it('has the scheme memory, or another one', async () => {
    expect(memoryOpener().schemes).toEqual(['memory']);
    const opener = memoryOpener({ initial: { token: 'example' }, scheme: 'dev' });
    expect(opener.schemes).toEqual(['dev']);
    expect(await tokenOf(opener.open(new URL('dev:')))).toBe('example');
  });

  it.each([
    ['memory:?size=5', 'unknown parameter'],
    ['memory:?CANARY', 'parameter'],
    ['memory:CANARY', 'path'],
    ['memory://CANARY', 'host'],
    ['memory:#CANARY', 'fragment'],
  ])('refuses %s', (wrong, named) => {
    const open = () => memoryOpener().open(new URL(wrong));
    expect(open).toThrow(TypeError);
    expect(open).toThrow(new RegExp(`^memory: .*${named}(?!.*CANARY)`));
  });

  it.each<[unknown, string]>([
    [null, 'options'],
    [{ now: 5 }, '"now"'],
    [{ initial: 'CANARY' }, 'initial'],
    [{ initial: { token: 5 } }, 'initial\\[0\\]'],
    [{ scheme: 'Memory' }, 'scheme'],
    [{ scheme: 'memory:' }, 'scheme'],
    [{ scheme: '' }, 'scheme'],
    [{ scheme: null }, 'scheme'],
  ])('refuses wrong options: %j', (options, named) => {
    const build = () => memoryOpener(options as never);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(new RegExp(`^memoryOpener: .*${named}(?!.*CANARY)`));
  });
});
