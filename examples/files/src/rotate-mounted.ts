import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { directorySecrets } from '@secretkit/files';
import { recommended } from '@secretkit/middleware/recommended';
import { mountSecret } from './mounted-folder.js';

/** Reads the secrets of a mounted folder, follows a rotation, and prints a line about each step. */
export async function rotateMounted(print: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'secretkit-'));
  await mountSecret(folder, 1, { 'database-user': 'app_1\n', 'database-password': 'p-1\n' });
  const stack = recommended({ cache: { ttlMs: 3_600_000 } });
  const secrets = createSecrets(stack(directorySecrets({ directory: folder })));
  const stopping = setInterval(() => undefined, 1_000); // a server listens instead
  try {
    const password = await secrets.require('database-password');
    print(`database-password: ${inspect(password)} of ${password.version}`);

    const changed = new Promise<void>((resolve) => {
      secrets.onChange('database-password', () => resolve());
    });
    await mountSecret(folder, 2, { 'database-user': 'app_2\n', 'database-password': 'p-2\n' });
    await changed;
    const { user, next } = await secrets.getMany({ user: 'database-user', next: 'database-password' });
    const isOne = user?.reveal().endsWith('2') && next?.reveal().endsWith('2');
    print(`after the rotation: user and password are ${isOne ? 'both new' : 'mixed'}`);

    print(`no-such-name: ${inspect(await secrets.get('no-such-name'))}`);
  } finally {
    clearInterval(stopping);
    await secrets.close();
    await rm(folder, { recursive: true });
  }
}
