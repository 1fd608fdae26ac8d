import { seal } from '@secretkit/core/provider';
import { expect, it } from 'vitest';
import { counting } from './counting.js';
import { fakeSecrets } from './fake-secrets.js';

it('counting counts calls, in total and by operation', async () => {
  const { provider, calls } = counting(fakeSecrets({ initial: { a: 'of a' } }).provider);
  await provider.get({ name: 'a' }, {});
  await provider.getMany([{ name: 'a' }, { name: 'b' }], {});
  await provider.set({ name: 'c' }, seal('of c'), {});
  expect([calls(), calls('get'), calls('getMany'), calls('delete')]).toEqual([3, 1, 1, 0]);
});
