import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { mountGeneration, temporaryFolder, writeFiles } from '../test/folders.js';
import type { DirectorySecretsOptions } from './directory-options.js';
import { directorySecrets } from './directory-secrets.js';

const canary = 'CANARY-not-a-real-secret';
const isWindows = process.platform === 'win32';
const isRoot = process.getuid?.() === 0;

let folder: string;
beforeEach(() => {
  folder = temporaryFolder(onTestFinished);
});

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const secrets of open.splice(0)) await secrets[Symbol.asyncDispose]();
});

function clientOf(directory = folder, options: Partial<DirectorySecretsOptions> = {}) {
  const secrets = createSecrets(directorySecrets({ directory, ...options }));
  open.push(secrets);
  return secrets;
}

async function namesOf(secrets: ReturnType<typeof clientOf>): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of secrets.list()) names.push(name);
  return names;
}

/** Reads in another process, as a user without rights: root may read everything. */
function readByAnother(directory: string): unknown {
  const program = fileURLToPath(new URL('../test/read-by-another.ts', import.meta.url));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=@secretkit/source', program, directory],
    { encoding: 'utf8', ...(isRoot && { uid: 65_534, gid: 65_534 }) },
  );
  expect(stdout + stderr).not.toContain(canary);
  return stderr === '' ? JSON.parse(stdout) : stderr;
}

/** Returns the error of a read, which shows no content and no path. */
async function failureOf(reading: Promise<unknown>): Promise<unknown> {
  const error = await reading.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  expectNoLeak(canary, error);
  expectNoLeak(folder, error);
  return error;
}

describe.skipIf(isWindows)('the folder of a Kubernetes secret', () => {
  it('is read below ..data, whose target is the version', async () => {
    mountGeneration(folder, '..2026_11_26.1', { token: 'old\n', url: 'of old' });
    const secrets = clientOf();
    const old = await secrets.require('token');
    expect([old.reveal(), old.version]).toEqual(['old', '..2026_11_26.1']);
    mountGeneration(folder, '..2026_11_26.2', { token: 'new\n', url: 'of new' });
    rmSync(join(folder, '..2026_11_26.1'), { recursive: true });
    const { token, url } = await secrets.getMany({ token: 'token', url: 'url' });
    expect([token?.reveal(), url?.reveal()]).toEqual(['new', 'of new']);
    expect([token?.version, url?.version]).toEqual(['..2026_11_26.2', '..2026_11_26.2']);
  });

  it('is listed without its dotfiles, whose values can be read', async () => {
    mountGeneration(folder, '..1', { token: 'x', '.dockerconfigjson': '{}', 'tls.key': 'y' });
    const secrets = clientOf();
    expect(await namesOf(secrets)).toEqual(['tls.key', 'token']);
    expect((await secrets.require('.dockerconfigjson')).reveal()).toBe('{}');
  });

  it('has no secret that was removed with a generation, although its link is there still', async () => {
    mountGeneration(folder, '..1', { token: 'x', other: 'y' });
    mountGeneration(folder, '..2', { other: 'y' });
    const secrets = clientOf();
    expect([await secrets.get('token'), await namesOf(secrets)]).toEqual([undefined, ['other']]);
  });

  it('may have an absolute link, and a folder of generations', async () => {
    writeFiles(join(folder, 'states', '7'), { token: 'x' });
    symlinkSync(join(folder, 'states', '7'), join(folder, '..data'));
    expect((await clientOf().require('token')).version).toBe('7');
  });

  it('is unavailable if ..data leads out of it through another link', async () => {
    const outside = temporaryFolder(onTestFinished);
    writeFiles(outside, { token: canary });
    symlinkSync(outside, join(folder, 'state'));
    symlinkSync('state', join(folder, '..data'));
    const secrets = createSecrets(directorySecrets({ directory: folder }));
    await expect(secrets.get('token')).rejects.toMatchObject({ code: 'unavailable' });
    const listing = secrets.list()[Symbol.asyncIterator]().next();
    await expect(listing).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is unavailable if ..data leads out of it, or nowhere until the deadline', async () => {
    const outside = temporaryFolder(onTestFinished);
    writeFiles(outside, { token: canary });
    symlinkSync(outside, join(folder, '..data'));
    expect(await failureOf(clientOf().get('token'))).toMatchObject({ code: 'unavailable' });
    rmSync(join(folder, '..data'));
    symlinkSync('..absent', join(folder, '..data'));
    const provider = directorySecrets({ directory: folder });
    const reading = provider.get(
      { name: 'token' },
      { deadline: performance.timeOrigin + performance.now() + 20 },
    );
    expect(await failureOf(reading)).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('..data'),
    });
  });
});

describe('a folder of files', () => {
  it('has a secret in each file, as Docker mounts them', async () => {
    writeFiles(folder, { db_password: 'p\n', 'api-token': 't' });
    const secrets = clientOf();
    expect((await secrets.require('db_password')).reveal()).toBe('p');
    expect((await secrets.require('api-token')).version).toBeUndefined();
    expect(await secrets.get('absent')).toBeUndefined();
    expect(await namesOf(secrets)).toEqual(['api-token', 'db_password']);
  });

  it.skipIf(isWindows)('may have modes that only its owner can read, as those of systemd', async () => {
    writeFiles(folder, { credential: 'value' });
    chmodSync(join(folder, 'credential'), 0o400);
    chmodSync(folder, 0o500);
    onTestFinished(() => chmodSync(folder, 0o700));
    const secrets = clientOf();
    expect((await secrets.require('credential')).reveal()).toBe('value');
    expect(await namesOf(secrets)).toEqual(['credential']);
  });

  it('is followed by its path: another one may take its place', async () => {
    const path = join(folder, 'mount');
    writeFiles(path, { token: 'old' });
    const secrets = clientOf(path);
    expect((await secrets.require('token')).reveal()).toBe('old');
    writeFiles(`${path}.next`, { token: 'new' });
    renameSync(path, `${path}.old`);
    expect(await failureOf(secrets.get('token'))).toMatchObject({ code: 'unavailable' });
    renameSync(`${path}.next`, path);
    expect((await secrets.require('token')).reveal()).toBe('new');
  });

  it.skipIf(isWindows)('may be a link, which may be replaced', async () => {
    writeFiles(join(folder, '1'), { token: 'old' });
    writeFiles(join(folder, '2'), { token: 'new' });
    const link = join(folder, 'current');
    symlinkSync('1', link);
    const secrets = clientOf(link);
    expect((await secrets.require('token')).reveal()).toBe('old');
    rmSync(link);
    symlinkSync('2', link);
    expect((await secrets.require('token')).reveal()).toBe('new');
  });

  it('may be empty', async () => {
    const secrets = clientOf();
    expect([await secrets.get('token'), await namesOf(secrets)]).toEqual([undefined, []]);
  });

  it('is listed without folders, links to folders, and names that are not texts', async () => {
    writeFiles(folder, { token: 'x', 'a\u0001b': 'y' });
    mkdirSync(join(folder, 'sub'));
    if (!isWindows) symlinkSync('sub', join(folder, 'link'));
    if (!isWindows) symlinkSync('token', join(folder, 'alias'));
    if (!isWindows) symlinkSync('absent', join(folder, 'broken')); // a read reports the reason
    expect(await namesOf(clientOf())).toEqual(isWindows ? ['token'] : ['alias', 'broken', 'token']);
  });
});

describe('what is never a missing secret', () => {
  it.each([
    ['a folder that does not exist', () => join(folder, 'absent'), 'does not exist'],
    [
      'a folder that is a file',
      () => {
        writeFiles(folder, { file: canary });
        return join(folder, 'file');
      },
      'got a file',
    ],
    [
      'a folder below a file',
      () => {
        writeFiles(folder, { file: canary });
        return join(folder, 'file', 'folder');
      },
      'does not exist',
    ],
  ])('%s is unavailable, also to a batch and a list', async (_, make, problem) => {
    const secrets = clientOf(make());
    for (const call of [
      () => secrets.get('token'),
      () => secrets.getMany({ one: 'token', two: 'other' }),
      () => namesOf(secrets),
    ]) {
      expect(await failureOf(call())).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining(problem),
      });
    }
  });

  it.skipIf(isWindows)('a file or a folder that the process may not read is unavailable', () => {
    writeFiles(folder, { token: canary });
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'token'), 0);
    onTestFinished(() => chmodSync(folder, 0o700));
    expect(readByAnother(folder)).toEqual({ token: 'unavailable', absent: 'missing', list: 'token' });
    chmodSync(folder, 0);
    expect(readByAnother(folder)).toEqual({
      token: 'unavailable',
      absent: 'unavailable',
      list: 'unavailable',
    });
  });

  it('a folder in the place of a file is invalid_data', async () => {
    mkdirSync(join(folder, 'token'));
    expect(await failureOf(clientOf().get('token'))).toMatchObject({ code: 'invalid_data' });
  });

  it('a file of more than 1 MiB is invalid_data', async () => {
    writeFiles(folder, { token: canary.repeat(50_000) });
    expect(await failureOf(clientOf().get('token'))).toMatchObject({ code: 'invalid_data' });
  });

  it('a file that was emptied less than 2 s ago is unavailable, since it may be rewritten', async () => {
    writeFiles(folder, { token: 'value' });
    const secrets = clientOf();
    expect((await secrets.require('token')).reveal()).toBe('value');
    writeFiles(folder, { token: '' });
    expect(await failureOf(secrets.get('token'))).toMatchObject({ code: 'unavailable' });
    utimesSync(join(folder, 'token'), 0, 0);
    expect(await secrets.get('token')).toBeUndefined();
  });

  it.skipIf(isWindows)(
    'a link that leads out of the folder, to itself or nowhere is unavailable',
    async () => {
      const outside = temporaryFolder(onTestFinished);
      writeFiles(outside, { file: canary });
      symlinkSync(join(outside, 'file'), join(folder, 'outside'));
      symlinkSync('loop', join(folder, 'loop'));
      symlinkSync('absent', join(folder, 'broken'));
      const secrets = clientOf();
      for (const name of ['outside', 'loop', 'broken']) {
        expect(await failureOf(secrets.get(name)), name).toMatchObject({ code: 'unavailable' });
      }
    },
  );

  it.skipIf(isWindows)('a link within the folder is followed', async () => {
    writeFiles(join(folder, 'sub'), { file: 'value' });
    symlinkSync(join('sub', 'file'), join(folder, 'token'));
    expect((await clientOf().require('token')).reveal()).toBe('value');
  });

  it('one failure of a batch stands in its place', async () => {
    writeFiles(folder, { token: 'value' });
    mkdirSync(join(folder, 'bad'));
    const provider = directorySecrets({ directory: folder });
    const refs = ['bad', 'token', '../x', 'absent', 'token'].map((name) => ({ name }));
    const answers = await provider.getMany(refs, {});
    expect(answers.map((answer) => (answer && 'code' in answer ? answer.code : answer?.reveal()))).toEqual([
      'invalid_data',
      'value',
      'invalid_argument',
      undefined,
      'value',
    ]);
  });
});

describe('a name', () => {
  it.each(['..', '.', '../x', '..data', '..data/x', 'a/b', '/etc/passwd', 'a/../x', '..2026'])(
    'that could leave the folder is refused: %s',
    async (name) => {
      mountGeneration(folder, '..2026', { x: canary });
      expect(await failureOf(clientOf().get(name))).toMatchObject({ code: 'invalid_argument' });
    },
  );

  it('that a file system refuses is missing', async () => {
    expect(await clientOf().get('n'.repeat(4_000))).toBeUndefined();
  });

  it('of another case is another name', async () => {
    writeFiles(folder, { Token: 'x' });
    const isFolded = statSync(join(folder, 'TOKEN'), { throwIfNoEntry: false }) !== undefined;
    expect((await clientOf().get('TOKEN'))?.reveal()).toBe(isFolded ? 'x' : undefined);
  });
});

describe('the content of a file', () => {
  it.each([
    ['one newline', 'value\n', 'value', 'value\n'],
    ['one CRLF', 'value\r\n', 'value', 'value\r\n'],
    ['one of two newlines', 'value\n\n', 'value\n', 'value\n\n'],
    ['a byte order mark', '\uFEFFvalue', 'value', 'value'],
    ['no white space', ' value\t', ' value\t', ' value\t'],
  ])('loses %s', async (_, content, value, kept) => {
    writeFiles(folder, { token: content });
    expect((await clientOf().require('token')).reveal()).toBe(value);
    expect((await clientOf(folder, { keepNewline: true }).require('token')).reveal()).toBe(kept);
  });

  it('that is not UTF-8 is a binary value', async () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 67, 0xff, 13, 10);
    writeFiles(folder, { token: bytes });
    const secret = await clientOf().require('token');
    expect([secret.format, secret.bytes()]).toEqual(['base64', bytes]);
  });
});

describe.skipIf(isWindows)('a pipe', () => {
  it('is unavailable without a writer, read once, and kept until close', async () => {
    const path = join(folder, 'token');
    execFileSync('mkfifo', [path]);
    const provider = directorySecrets({ directory: folder });
    const secrets = createSecrets(provider);
    expect(await failureOf(secrets.get('token'))).toMatchObject({ code: 'unavailable' });
    const writer = spawn('sh', ['-c', 'printf "value\\n" > "$0"', path]);
    await new Promise((resolve) => writer.on('close', resolve));
    for (let read = 0; read < 3; read++) expect((await secrets.require('token')).reveal()).toBe('value');
    expect(await namesOf(secrets)).toEqual(['token']);
    await secrets.close();
    expect(await failureOf(provider.get({ name: 'token' }, {}))).toMatchObject({ code: 'closed' });
    await expect(provider.list({}, {})).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('wrong options', () => {
  it.each([
    [{}, 'directory must be a path'],
    [{ directory: '' }, 'an empty string'],
    [{ directory: `${canary}\0` }, 'a NUL'],
    [{ directory: 5 }, 'number'],
    [{ directory: undefined }, 'undefined'],
    [{ directory: 'x', keepNewline: 1 }, 'keepNewline'],
    [{ directory: 'x', pollMs: '1' }, 'pollMs'],
    [{ directory: 'x', path: 'y' }, 'unknown option "path"'],
    [null, 'options must be an object'],
  ])('%j are refused at construction', (options, problem) => {
    const make = (): unknown => directorySecrets(options as DirectorySecretsOptions); // on purpose
    expect(make).toThrow(TypeError);
    expect(make).toThrow(problem);
    expect(make).not.toThrow(canary);
  });

  it.each([0, 9, Number.NaN, 2 ** 31])('pollMs of %d is refused at construction', (pollMs) => {
    expect(() => directorySecrets({ directory: 'x', pollMs })).toThrow(RangeError);
  });
});

it('a relative path counts from the working directory at construction, and nothing is read then', async () => {
  const provider = directorySecrets({ directory: 'no-such-folder-of-secretkit' });
  await expect(provider.get({ name: 'x' }, {})).rejects.toMatchObject({ code: 'unavailable' });
  await provider[Symbol.asyncDispose]();
});

it('a file of the same size and time is recognized by its content', async () => {
  writeFiles(folder, { token: 'one' });
  const secrets = clientOf();
  const { atime, mtime } = statSync(join(folder, 'token'));
  expect((await secrets.require('token')).reveal()).toBe('one');
  writeFileSync(join(folder, 'token'), 'two');
  utimesSync(join(folder, 'token'), atime, mtime);
  expect((await secrets.require('token')).reveal()).toBe('two');
});
