import { describe, expect, it } from 'vitest';
import { backendName } from './backend-name.js';

const layer = (name: string) => ({ name, options: {} });

describe('the name of a backend', () => {
  it.each([
    ['store', []],
    ['cache(retry(store))', [layer('cache'), layer('retry')]],
  ])('is what the layers stand around: %s', (name, layers) => {
    expect(backendName({ name, layers })).toBe('store');
  });

  it('is that of the provider where the layers are not those that it is named by', () => {
    expect(backendName({ name: 'mine', layers: [layer('cache')] })).toBe('mine');
    expect(backendName({ name: 'cached', layers: [layer('cache')] })).toBe('cached');
  });

  it('is made of several where the provider is', () => {
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
