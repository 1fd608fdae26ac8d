import { expect, it } from 'vitest';
import { cachesAmong } from './cache-counts.js';

it('the caches among layers are those of the kind, whatever their name, in branches too', () => {
  const kind = Symbol.for('secretkit.kind.cache');
  const layer = (name: string) => ({ name, options: {} });
  const [outer, inner] = [
    { ...layer('cache'), kind },
    { ...layer('own'), kind },
  ];
  const branches = [{ name: 'own(store)', layers: [inner, layer('cache')] }];
  expect(cachesAmong([outer, layer('cache'), { ...layer('fallback'), branches }])).toEqual([outer, inner]);
});
