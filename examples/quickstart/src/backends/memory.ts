import { seal } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';
import type { Backend } from '../backend.js';
import { names, shortLifeMs, user, valueOfUser, valueShortLived, values } from '../names.js';
import { counted } from './counted.js';

/** Values in this process. */
export async function memory(): Promise<Backend> {
  const store = memorySecrets({ initial: values });
  await store.set({ name: names.oauth, scope: { user } }, seal(valueOfUser), {});
  const expiresAt = new Date(Date.now() + shortLifeMs);
  await store.set({ name: names.shortLived }, seal(valueShortLived, { expiresAt }), {});
  return {
    description: 'memory of this process',
    ...counted(store),
    callUnit: 'calls',
    rotate: async (name, value) => {
      await store.set({ name }, seal(value), {});
    },
    user,
    shortLived: names.shortLived,
    close: () => Promise.resolve(),
  };
}
