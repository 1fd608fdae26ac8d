import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openProvider } from '@secretkit/config';
import { createSecrets } from '@secretkit/core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder, writeFiles } from '../test/folders.js';
import { directoryOpener, dotenvOpener } from './opener.js';

const openers = [directoryOpener(), dotenvOpener()];

let folder: string;
beforeEach(() => {
  folder = temporaryFolder(onTestFinished);
  writeFiles(folder, { token: 'of the folder\n', '.env': 'TOKEN=shared', 'a, b.env': 'TOKEN=local' });
});

/** The path as a URL has it. */
const inUrl = (...parts: readonly string[]): string => pathToFileURL(join(folder, ...parts)).pathname;

async function read(url: string): Promise<string | undefined> {
  const secrets = createSecrets(await openProvider(url, openers));
  onTestFinished(() => secrets.close());
  return (await secrets.get('token'))?.reveal();
}

describe('a URL', () => {
  it('names a folder', async () => {
    expect(await read(`directory:${inUrl()}`)).toBe('of the folder');
    expect(await read(`directory://${inUrl()}`)).toBe('of the folder');
  });

  it('names one file or several', async () => {
    expect(await read(`dotenv:${inUrl('.env')}`)).toBe('shared');
    const both = [inUrl('a, b.env').replace(',', '%2C'), inUrl('.env')].join(',');
    expect(await read(`dotenv:${both}`)).toBe('local');
  });

  it('may have a relative path', async () => {
    await expect(read('dotenv:no-such-file-of-secretkit')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it.each([
    'directory:',
    'directory:?path=/x',
    'directory:/x?pollMs=5',
    'directory:/x#part',
    'directory://run/secrets',
    'directory:/%ff',
    'directory:/%00',
    'dotenv:',
    'dotenv:.env,',
    'dotenv://host/.env',
  ])('with other parts is refused: %s', async (url) => {
    await expect(openProvider(url, openers)).rejects.toThrow(TypeError);
  });
});

describe('options', () => {
  it('are those of the provider, and a scheme', async () => {
    const opener = directoryOpener({ scheme: 'mount', keepNewline: true, pollMs: false });
    const provider = await openProvider(`mount:${inUrl()}`, [opener]);
    expect((await provider.get({ name: 'token' }, {}))?.reveal()).toBe('of the folder\n');
    expect(dotenvOpener({ scheme: 'file', pollMs: 50 }).schemes).toEqual(['file']);
  });

  it.each([{ directory: '/x' }, { scheme: 'a:' }, { pollMs: '1' }, { keepNewline: 'yes' }])(
    'that are wrong are refused at once: %j',
    (options) => {
      expect(() => directoryOpener(options as never)).toThrow(TypeError);
      if (!('keepNewline' in options)) expect(() => dotenvOpener(options as never)).toThrow(TypeError);
    },
  );
});
