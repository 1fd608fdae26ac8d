import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, open as openFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createSecrets, isSecretError } from '@secretkit/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { envSecrets } from './env-secrets.js';

const isLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secretkit-'));
});
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
const freePath = (): string => join(folder, `file-${++count}`);

async function file(content: string | Uint8Array): Promise<string> {
  const path = freePath();
  await writeFile(path, content);
  return path;
}

/** A client over one variable that names this path. */
function clientOf(path: string) {
  const secrets = createSecrets(envSecrets({ env: { KEY_FILE: path } }));
  open.push(secrets);
  return secrets;
}

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const secrets of open.splice(0)) await secrets[Symbol.asyncDispose]();
});

/** Returns the error of a read, which shows no content. */
async function failureOf(reading: Promise<unknown>): Promise<unknown> {
  const error = await reading.catch((thrown: unknown) => thrown);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
  return error;
}

describe('a file that is emptied', () => {
  const hourAgo = new Date(Date.now() - 3_600_000);

  it('less than 2 s ago is unavailable, since it may be rewritten: never missing', async () => {
    const path = await file('value');
    const secrets = clientOf(path);
    expect((await secrets.require('key')).reveal()).toBe('value');
    await writeFile(path, '');
    expect(await failureOf(secrets.get('key'))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('KEY_FILE'),
    });
    await writeFile(path, 'rotated');
    expect((await secrets.require('key')).reveal()).toBe('rotated');
  });

  it('earlier is missing', async () => {
    const path = await file('');
    await utimes(path, hourAgo, hourAgo);
    expect(await clientOf(path).get('key')).toBeUndefined();
  });

  it('and gets its new value within 50 ms is served with that value', async () => {
    const path = await file('');
    const reading = clientOf(path).get('key');
    await writeFile(path, 'new');
    expect((await reading)?.reveal()).toBe('new');
  });
});

describe('text in a file', () => {
  const bom = '\uFEFF';

  it.each([
    ['one LF at the end', 'value\n', 'value'],
    ['one CRLF at the end', 'value\r\n', 'value'],
    ['a byte order mark', `${bom}value`, 'value'],
    ['a byte order mark and a newline', `${bom}value\r\n`, 'value'],
  ])('is served without %s', async (_, content, value) => {
    expect((await clientOf(await file(content)).require('key')).reveal()).toBe(value);
  });

  it.each([
    ['a second newline', 'value\n\n', 'value\n'],
    ['a lone CR at the end', 'value\r', 'value\r'],
    ['a CR before the newline that is removed', 'value\r\r\n', 'value\r'],
    ['a newline at the start', '\nvalue', '\nvalue'],
    ['other white space', ` ${bom}value\t`, ` ${bom}value\t`],
    ['a second byte order mark', `${bom}${bom}value`, `${bom}value`],
  ])('keeps %s', async (_, content, value) => {
    expect((await clientOf(await file(content)).require('key')).reveal()).toBe(value);
  });

  it.each([
    ['a newline', '\n'],
    ['a byte order mark', bom],
  ])('that is only %s is missing', async (_, content) => {
    expect(await clientOf(await file(content)).get('key')).toBeUndefined();
  });

  it('that is not UTF-8 is a binary value with every byte, the mark and the newline included', async () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 67, 0xff, 13, 10);
    const secret = await clientOf(await file(bytes)).require('key');
    expect([secret.format, secret.bytes()]).toEqual(['base64', bytes]);
  });
});

describe('what is not a file that can be read', () => {
  it('is invalid_data for a directory', async () => {
    expect(await failureOf(clientOf(folder).get('key'))).toMatchObject({
      code: 'invalid_data',
      message: expect.stringMatching(/KEY_FILE.*directory/),
    });
  });

  it.runIf(isLinux)('is invalid_data for a device, which is not read', async () => {
    for (const path of ['/dev/zero', '/dev/null']) {
      expect(await failureOf(clientOf(path).get('key'))).toMatchObject({
        code: 'invalid_data',
        message: expect.stringMatching(/KEY_FILE.*device/),
      });
    }
  });

  it.runIf(isLinux)('is invalid_data for a socket', async () => {
    const path = freePath();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(await failureOf(clientOf(path).get('key'))).toMatchObject({
      code: 'invalid_data',
      message: expect.stringMatching(/KEY_FILE.*socket/),
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it.runIf(isLinux && !isRoot)('is permission_denied for a file of somebody else', async () => {
    const path = await file('CANARY');
    await chmod(path, 0);
    expect(await failureOf(clientOf(path).get('key'))).toMatchObject({
      code: 'permission_denied',
      message: expect.stringContaining('KEY_FILE'),
    });
  });

  it('is unavailable for a symbolic link that points nowhere, or to itself', async () => {
    for (const target of [freePath(), join(folder, 'loop')]) {
      const path = target.endsWith('loop') ? target : freePath();
      await symlink(target, path);
      expect(await failureOf(clientOf(path).get('key'))).toMatchObject({ code: 'unavailable' });
    }
  });

  it.runIf(isLinux)('is invalid_data for more than 1 MiB, whatever the size that stat reports', async () => {
    expect(await failureOf(clientOf(await file('CANARY'.repeat(200_000))).get('key'))).toMatchObject({
      code: 'invalid_data',
    });
    const secret = await clientOf('/proc/self/status').require('key'); // stat reports 0 bytes
    expect(secret.reveal()).toContain('Name:');
  });
});

describe.runIf(isLinux)('a pipe', () => {
  /** Reads again while there is no writer yet. */
  async function untilWritten<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await read();
      } catch (error) {
        if (!isSecretError(error, 'unavailable')) throw error;
      }
    }
  }

  function fifo(): string {
    const path = freePath();
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    return path;
  }

  /** Starts another process that writes to the pipe. */
  function write(path: string, content: string): Promise<void> {
    const writer = spawn('sh', ['-c', `printf %s "$0" > "$1"`, content, path]);
    return new Promise((resolve) => writer.on('close', () => resolve()));
  }

  it('without a writer is unavailable, never missing, and is read when there is one', async () => {
    const path = fifo();
    const secrets = clientOf(path);
    expect(await failureOf(secrets.get('key'))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('KEY_FILE'),
    });
    await write(path, 'value\n');
    expect((await secrets.require('key')).reveal()).toBe('value');
  });

  it('is read to its end, by all readers at once, and is kept until close', async () => {
    const path = fifo();
    const provider = envSecrets({ env: { KEY_FILE: path, OTHER_FILE: path } });
    const secrets = createSecrets(provider);
    const [values] = await Promise.all([
      untilWritten(() => Promise.all(['key', 'other', 'key'].map((name) => secrets.require(name)))),
      write(path, 'x'.repeat(100_000)), // more than a pipe can hold
    ]);
    for (const value of values) expect(value.reveal()).toHaveLength(100_000);
    expect((await secrets.require('key')).reveal()).toHaveLength(100_000);
    await secrets[Symbol.asyncDispose]();
    expect(await failureOf(provider.get({ name: 'key' }, {}))).toMatchObject({ code: 'closed' });
  });

  it('whose writer is slow keeps what was read when the caller leaves', async () => {
    const path = fifo();
    const provider = envSecrets({ env: { KEY_FILE: path } });
    const secrets = createSecrets(provider);
    await failureOf(secrets.get('key')); // opens it, so that the writer need not wait
    const writer = await openFile(path, 'w');
    await writer.write('first, ');
    const leaving = new AbortController();
    const left = secrets.get('key', { signal: leaving.signal });
    leaving.abort('enough');
    await expect(left).rejects.toBe('enough');
    const late = provider.get({ name: 'key' }, { deadline: performance.timeOrigin + performance.now() + 60 });
    expect(await failureOf(late)).toMatchObject({ code: 'timeout' });
    await writer.write('second');
    await writer.close();
    expect((await secrets.require('key')).reveal()).toBe('first, second');
  });

  it('that is swapped in for a file takes no thread of the pool', async () => {
    const path = fifo();
    for (let reads = 0; reads < 8; reads++) {
      expect(await failureOf(clientOf(path).get('key'))).toMatchObject({ code: 'unavailable' });
    }
    expect((await clientOf(await file('value')).require('key')).reveal()).toBe('value');
  });

  it('that is replaced by another file is not waited for', async () => {
    const path = fifo();
    const secrets = clientOf(path);
    await failureOf(secrets.get('key'));
    await rm(path);
    await writeFile(path, 'value');
    expect((await secrets.require('key')).reveal()).toBe('value');
  });

  it('with more than 1 MiB is invalid_data', async () => {
    const path = fifo();
    const secrets = clientOf(path);
    await failureOf(secrets.get('key'));
    const writer = spawn('sh', ['-c', 'head -c 3000000 /dev/zero > "$0"', path]);
    const error = await failureOf(untilWritten(() => secrets.get('key')));
    expect(error).toMatchObject({ code: 'invalid_data' });
    await new Promise((resolve) => (writer.exitCode === null ? writer.on('close', resolve) : resolve(0)));
  });

  it('of a descriptor is read by /dev/fd/N', async () => {
    const path = fifo();
    const held = await openFile(path, 'r+'); // of both ends, as a shell hands it over
    await held.write('value\n');
    const reader = await openFile(path, 'r');
    await held.close();
    const secrets = clientOf(`/dev/fd/${reader.fd}`);
    expect((await secrets.require('key')).reveal()).toBe('value');
    await reader.close();
    expect((await secrets.require('key')).reveal()).toBe('value');
  });
});
