import { describe, expect, it } from 'vitest';
import { backendName } from './provider.js';

const layer = (name: string) => ({ name, options: {} });

describe('the name of a backend', () => {
  it.each([
    ['store', 'store', []],
    ['cache(retry(store))', 'store', [layer('cache'), layer('retry')]],
    ['cache(retry(store))', 'store', [layer('mine'), layer('other')]],
    ['cache(a (b) c)', 'a (b) c', [layer('cache')]],
    ['cache(cache(x))', 'cache(x)', [layer('cache')]],
    ['retry(a\nb)', 'a\nb', [layer('retry')]],
  ])('is the name inside the layers, whatever they are called: %j', (name, expected, layers) => {
    expect(backendName({ name, layers })).toBe(expected);
  });

  it.each(['mine', 'cached', 'mine (eu)', '(mine)', 'my cache(mine)', 'cache(mine) eu'])(
    'is that of a provider with a name of its own: %s',
    (name) => {
      expect(backendName({ name, layers: [layer('cache')] })).toBe(name);
    },
  );

  it('is that of a provider without layers', () => {
    expect(backendName({ name: 'env(eu)' })).toBe('env(eu)');
  });

  it('is made of several names for a provider that is made of several', () => {
    const branches = [
      { name: 'cache(stripe)', layers: [layer('cache')] },
      { name: 'env', layers: [] },
    ];
    const layers = [layer('cache'), { ...layer('fallback'), branches }];
    expect(backendName({ name: 'cache(fallback(cache(stripe), env))', layers })).toBe(
      'fallback(stripe, env)',
    );
  });
});
