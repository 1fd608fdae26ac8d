import { spawnSync } from 'node:child_process';
import { renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSecrets, type Secret, type SecretProvider } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mountGeneration, temporaryFolder, writeFiles } from '../test/folders.js';
import { directorySecrets } from './directory-secrets.js';
import { dotenvSecrets } from './dotenv-secrets.js';

const hour = 3_600_000;
const isWindows = process.platform === 'win32';

/** A client with a cache that by itself would serve a value for an hour. */
function clientOf(provider: SecretProvider) {
  const secrets = createSecrets(recommended({ cache: { ttlMs: hour } })(provider));
  onTestFinished(() => secrets.close());
  return secrets;
}

/** Waits for the next change that listeners get. */
function nextChange(secrets: ReturnType<typeof clientOf>, name: string): Promise<Secret> {
  return new Promise((resolve) => {
    const subscription = secrets.onChange(name, (secret) => {
      subscription[Symbol.dispose]();
      resolve(secret);
    });
  });
}

describe('a cache with a TTL of an hour around a folder', () => {
  it.skipIf(isWindows)(
    'serves a new generation, and reports the values that have changed in it',
    async () => {
      const folder = temporaryFolder(onTestFinished);
      mountGeneration(folder, '..1', { token: 'old', same: 'same' });
      const secrets = clientOf(directorySecrets({ directory: folder }));
      const changed: string[] = [];
      secrets.onChange('same', () => changed.push('same'));
      expect((await secrets.require('token')).reveal()).toBe('old');
      expect((await secrets.require('same')).reveal()).toBe('same');
      const change = nextChange(secrets, 'token');
      mountGeneration(folder, '..2', { token: 'new', same: 'same' });
      rmSync(join(folder, '..1'), { recursive: true });
      expect((await change).reveal()).toBe('new');
      expect((await secrets.require('token')).reveal()).toBe('new');
      expect(changed).toEqual([]);
    },
  );

  it('serves what another folder at the same path has', async () => {
    const folder = join(temporaryFolder(onTestFinished), 'mount');
    writeFiles(folder, { token: 'old' });
    const secrets = clientOf(directorySecrets({ directory: folder, pollMs: 20 }));
    await secrets.require('token');
    for (const value of ['new', 'newer']) {
      const change = nextChange(secrets, 'token');
      writeFiles(`${folder}.next`, { token: value });
      rmSync(folder, { recursive: true });
      renameSync(`${folder}.next`, folder);
      expect((await change).reveal()).toBe(value);
    }
  });

  it('serves a file of the same size and time', async () => {
    const folder = temporaryFolder(onTestFinished);
    writeFiles(folder, { token: 'old' });
    const { atime, mtime } = statSync(join(folder, 'token'));
    const secrets = clientOf(directorySecrets({ directory: folder, pollMs: 20 }));
    await secrets.require('token');
    const change = nextChange(secrets, 'token');
    writeFiles(folder, { next: 'new' });
    utimesSync(join(folder, 'next'), atime, mtime);
    renameSync(join(folder, 'next'), join(folder, 'token'));
    expect((await change).reveal()).toBe('new');
  });

  it('drops a secret that was removed, and finds one that was missing', async () => {
    const folder = temporaryFolder(onTestFinished);
    writeFiles(folder, { token: 'value' });
    const secrets = clientOf(directorySecrets({ directory: folder, pollMs: 20 }));
    await secrets.require('token');
    expect(await secrets.get('other')).toBeUndefined();
    writeFiles(folder, { other: 'value' });
    rmSync(join(folder, 'token'));
    await expect.poll(async () => (await secrets.get('other'))?.reveal()).toBe('value');
    await expect.poll(() => secrets.get('token')).toBeUndefined();
  });

  it('serves its values while the folder cannot be read', async () => {
    const folder = join(temporaryFolder(onTestFinished), 'mount');
    writeFiles(folder, { token: 'value' });
    const provider = directorySecrets({ directory: folder, pollMs: 10 });
    const secrets = clientOf(provider);
    await secrets.require('token');
    rmSync(folder, { recursive: true });
    await expect
      .poll(() => provider.get({ name: 'token' }, {}).catch(() => 'unavailable'))
      .toBe('unavailable');
    expect((await secrets.require('token')).reveal()).toBe('value');
    const change = nextChange(secrets, 'token');
    writeFiles(folder, { token: 'new' });
    expect((await change).reveal()).toBe('new');
  });

  it('keeps a value for its TTL if changes are not looked for', async () => {
    const folder = temporaryFolder(onTestFinished);
    writeFiles(folder, { token: 'old' });
    const secrets = clientOf(directorySecrets({ directory: folder, pollMs: false }));
    await secrets.require('token');
    writeFiles(folder, { token: 'new' });
    expect((await secrets.require('token')).reveal()).toBe('old');
    expect((await secrets.require('token', { fresh: true })).reveal()).toBe('new');
  });
});

describe('a cache with a TTL of an hour around .env files', () => {
  it('serves and reports a new value', async () => {
    const folder = temporaryFolder(onTestFinished);
    writeFiles(folder, { '.env': 'TOKEN=old\n' });
    const secrets = clientOf(dotenvSecrets({ path: join(folder, '.env'), pollMs: 20 }));
    expect((await secrets.require('token')).reveal()).toBe('old');
    const change = nextChange(secrets, 'token');
    writeFiles(folder, { '.env': 'TOKEN=new\n' });
    expect((await change).reveal()).toBe('new');
    expect((await secrets.require('token')).reveal()).toBe('new');
  });
});

it('a process that follows changes exits by itself', () => {
  const folder = temporaryFolder(onTestFinished);
  writeFiles(folder, { token: 'value', '.env': 'TOKEN=value' });
  const program = fileURLToPath(new URL('../test/reads-and-ends.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=@secretkit/source', program, folder],
    { encoding: 'utf8' },
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'read both\n', stderr: '' });
});
