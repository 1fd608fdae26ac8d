import { join } from 'node:path';
import { createSecrets } from '@secretkit/core';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder, writeFiles } from '../test/folders.js';
import { directorySecrets } from './directory-secrets.js';
import { dotenvSecrets } from './dotenv-secrets.js';

const added = {
  scope: { account: 'B' },
  account: 'B',
  user: 'B',
  x: 'other',
  X: 'other',
  limit: 0,
  failure: 'absent',
  path: '/etc',
  pollMs: 5,
};

afterEach(() => {
  for (const field of Object.keys(added)) Reflect.deleteProperty(Object.prototype, field);
});

it.each(Object.entries(added))(
  'the field %s, added to Object.prototype, changes no read',
  async (field, value) => {
    const folder = temporaryFolder(onTestFinished);
    writeFiles(folder, { token: 'own', '.env': 'TOKEN=own' });
    const all = [directorySecrets({ directory: folder }), dotenvSecrets({ path: join(folder, '.env') })].map(
      (provider) => createSecrets(provider),
    );
    onTestFinished(() => void all.map((secrets) => secrets.close()));
    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
    for (const secrets of all) {
      expect((await secrets.get('token'))?.reveal()).toBe('own');
      expect((await secrets.getMany({ token: 'token' })).token?.reveal()).toBe('own');
      expect(await secrets.get('x')).toBeUndefined();
      const names: string[] = [];
      for await (const { name } of secrets.list()) names.push(name.toLowerCase());
      expect(names).toEqual(['token']);
    }
  },
);
