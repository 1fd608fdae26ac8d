import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder, writeFiles } from '../test/folders.js';
import type { DotenvSecretsOptions } from './dotenv-options.js';
import { dotenvSecrets } from './dotenv-secrets.js';

const canary = 'CANARY-not-a-real-secret';
const isWindows = process.platform === 'win32';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder(onTestFinished);
});

/** A client of files in the folder, the first of which wins. */
function clientOf(...files: readonly string[]) {
  const paths = files.map((file) => join(folder, file));
  const secrets = createSecrets(dotenvSecrets({ path: paths.length === 1 ? (paths[0] ?? '') : paths }));
  onTestFinished(() => secrets.close());
  return secrets;
}

async function failureOf(reading: Promise<unknown>): Promise<unknown> {
  const error = await reading.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  expectNoLeak(canary, error);
  expectNoLeak(folder, error);
  return error;
}

describe('a .env file', () => {
  it('has a secret in each variable, with the folding of names of the environment', async () => {
    writeFiles(folder, {
      '.env': '\uFEFFDATABASE_URL=postgres://x/y?a=b\nexport partner-token="t"\nEMPTY=\n',
    });
    const secrets = clientOf('.env');
    expect((await secrets.require('database-url')).reveal()).toBe('postgres://x/y?a=b');
    expect((await secrets.require('PARTNER_TOKEN')).reveal()).toBe('t');
    expect([await secrets.get('empty'), await secrets.get('absent')]).toEqual([undefined, undefined]);
    const names: string[] = [];
    for await (const { name } of secrets.list()) names.push(name);
    expect(names).toEqual(['DATABASE_URL', 'PARTNER_TOKEN']);
  });

  it('is read again when it changes', async () => {
    writeFiles(folder, { '.env': 'A=1' });
    const secrets = clientOf('.env');
    expect((await secrets.require('A')).reveal()).toBe('1');
    writeFiles(folder, { '.env': 'A=2' });
    expect((await secrets.require('A')).reveal()).toBe('2');
  });

  it('changes no variable of the process, and expands none', async () => {
    writeFiles(folder, { '.env': 'SECRETKIT_TEST_VARIABLE=$HOME' });
    const secret = await clientOf('.env').require('SECRETKIT_TEST_VARIABLE');
    expect([secret.reveal(), process.env['SECRETKIT_TEST_VARIABLE']]).toEqual(['$HOME', undefined]);
  });

  it('with a line that is not an assignment is invalid_data, with the number of the line and nothing of it', async () => {
    writeFiles(folder, { '.env': `A=1\n${canary}\n` });
    const secrets = clientOf('.env');
    for (const call of [() => secrets.get('A'), () => secrets.list()[Symbol.asyncIterator]().next()]) {
      expect(await failureOf(call())).toMatchObject({
        code: 'invalid_data',
        message: expect.stringContaining('line 2'),
      });
    }
  });

  it('that is not UTF-8 is invalid_data', async () => {
    writeFiles(folder, { '.env': Uint8Array.of(65, 61, 0xff) });
    expect(await failureOf(clientOf('.env').get('A'))).toMatchObject({ code: 'invalid_data' });
  });

  it('that does not exist is unavailable, and so is a file that cannot be read', async () => {
    expect(await failureOf(clientOf('.env').get('A'))).toMatchObject({ code: 'unavailable' });
    mkdirSync(join(folder, '.env'));
    expect(await failureOf(clientOf('.env').get('A'))).toMatchObject({ code: 'invalid_data' });
  });

  it.skipIf(isWindows)('that is a pipe without a writer is unavailable', async () => {
    execFileSync('mkfifo', [join(folder, '.env')]);
    expect(await failureOf(clientOf('.env').get('A'))).toMatchObject({ code: 'unavailable' });
  });

  it('has no account: a scoped ref is missing', async () => {
    writeFiles(folder, { '.env': 'A=1' });
    const secrets = clientOf('.env').scoped({ account: 'acct_1' });
    expect([await secrets.get('A'), await secrets.list()[Symbol.asyncIterator]().next()]).toEqual([
      undefined,
      { done: true, value: undefined },
    ]);
    expect((await secrets.getMany({ a: 'A' })).a).toBeUndefined();
  });
});

describe('several .env files', () => {
  it('are read in order: the first that has a variable wins, also with an empty value', async () => {
    writeFiles(folder, { '.env.local': 'A=local\nC=\n', '.env': 'A=x\nB=shared\nC=3\n' });
    const secrets = clientOf('.env.local', '.env');
    expect((await secrets.require('a')).reveal()).toBe('local');
    expect((await secrets.require('b')).reveal()).toBe('shared');
    expect(await secrets.get('c')).toBeUndefined();
  });

  it('need not exist, except for one', async () => {
    writeFiles(folder, { '.env': 'A=1' });
    const secrets = clientOf('.env.local', '.env');
    expect((await secrets.require('a')).reveal()).toBe('1');
    rmSync(join(folder, '.env'));
    expect(await failureOf(secrets.get('a'))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('each file'),
    });
  });

  it('are reported by their place', async () => {
    writeFiles(folder, { '.env.local': 'A=1', '.env': `\n\n${canary}` });
    expect(await failureOf(clientOf('.env.local', '.env').get('A'))).toMatchObject({
      code: 'invalid_data',
      message: expect.stringMatching(/line 3 .*path\[1\]/),
    });
  });
});

describe('wrong options', () => {
  it.each([
    [{}, 'path must be a path'],
    [{ path: '' }, 'an empty string'],
    [{ path: [] }, 'path must have a path'],
    [{ path: ['.env', 5] }, 'path[1]'],
    [{ path: new Array<string>(1) }, 'path[0]'],
    [{ path: '.env', pollMs: true }, 'pollMs'],
    [{ path: '.env', override: true }, 'unknown option'],
  ])('%j are refused at construction', (options, problem) => {
    const make = (): unknown => dotenvSecrets(options as DotenvSecretsOptions); // on purpose
    expect(make).toThrow(TypeError);
    expect(make).toThrow(problem);
  });
});

it('an aborted signal rejects with its reason, and nothing is read', async () => {
  const provider = dotenvSecrets({ path: join(folder, 'absent') });
  const ctx = { signal: AbortSignal.abort('enough') };
  for (const call of [
    () => provider.get({ name: 'a' }, ctx),
    () => provider.getMany([{ name: 'a' }], ctx),
    () => provider.list({}, ctx),
  ]) {
    await expect(call()).rejects.toBe('enough');
  }
});
