import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../test/failure-of.js';
import { isTested } from '../test/installed.js';
import { temporaryFolder } from '../test/temporary-folder.js';
import type { ExecSecretsOptions } from './exec-options.js';
import { execSecrets } from './exec-secrets.js';

// The recipes of the README whose programs are free to install, with the programs themselves.

let folder: ReturnType<typeof temporaryFolder>;

function run(program: string, args: readonly string[], input: string | Uint8Array, env = {}): string {
  const result = spawnSync(program, args, { input, env: { ...process.env, ...env }, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${program} ${args[0]} exited with ${result.status}`);
  return result.stdout;
}

describe.runIf(isTested('pass', 'gpg'))('pass', () => {
  let store: string;
  let env: { readonly GNUPGHOME: string; readonly PASSWORD_STORE_DIR: string };
  let provider: ReturnType<typeof execSecrets>;

  beforeAll(() => {
    folder = temporaryFolder();
    store = join(folder.path, 'store');
    env = { GNUPGHOME: join(folder.path, 'gpg'), PASSWORD_STORE_DIR: store };
    mkdirSync(env.GNUPGHOME, { mode: 0o700 });
    const key =
      '%no-protection\nKey-Type: EDDSA\nKey-Curve: ed25519\nSubkey-Type: ECDH\nSubkey-Curve: cv25519\n';
    run('gpg', ['--batch', '--quiet', '--gen-key'], `${key}Name-Email: t@example.com\n%commit\n`, env);
    run('pass', ['init', 't@example.com'], '', env);
    run('pass', ['insert', '--multiline', 'team/database'], 'correct horse\n', env);
    run('pass', ['insert', '--multiline', 'team/key'], new Uint8Array([0, 255, 254, 128]), env);
    const command: ExecSecretsOptions['command'] = ({ name }) =>
      existsSync(join(store, `${name}.gpg`)) ? ['pass', 'show', '--', name] : undefined;
    provider = execSecrets({ command, env, timeoutMs: 60_000 });
  });

  afterAll(() => {
    run('gpgconf', ['--kill', 'all'], '', env);
    folder.remove();
  });

  it('is read, as text or as bytes', async () => {
    expect((await provider.get({ name: 'team/database' }, {}))?.reveal()).toBe('correct horse');
    const key = await provider.get({ name: 'team/key' }, {});
    expect([...(key?.bytes() ?? [])]).toEqual([0, 255, 254, 128]);
  });

  it('has no secret of a name that does not exist, and none of a folder', async () => {
    expect(await provider.get({ name: 'team/nothing' }, {})).toBeUndefined();
    expect(await provider.get({ name: 'team' }, {})).toBeUndefined();
    expect(await provider.get({ name: 'team/' }, {})).toBeUndefined();
  });

  it('prints a tree for a folder and exits with 0, which is why the recipe asks for the file', () => {
    expect(run('pass', ['show', 'team'], '', env)).toContain('database');
  });

  it('refuses a name that leaves the store', async () => {
    writeFileSync(join(folder.path, 'outside.gpg'), readFileSync(join(store, 'team/database.gpg')));
    expect((await failureOf(provider.get({ name: '../outside' }, {}))).code).toBe('unavailable');
  });

  it('reads each of 20 secrets that are asked for at the same time', async () => {
    const reads = Array.from({ length: 20 }, (_, at) =>
      provider.get({ name: 'team/database' }, { fresh: at % 2 === 0 }),
    );
    const values = (await Promise.all(reads)).map((secret) => secret?.reveal());
    expect(new Set(values)).toEqual(new Set(['correct horse']));
  });

  it('without the key is unavailable', async () => {
    const other = join(folder.path, 'no-key');
    mkdirSync(other, { mode: 0o700 });
    const locked = execSecrets({
      command: ({ name }) => ['pass', 'show', name],
      env: { ...env, GNUPGHOME: other },
    });
    expect((await failureOf(locked.get({ name: 'team/database' }, {}))).code).toBe('unavailable');
    run('gpgconf', ['--kill', 'all'], '', { GNUPGHOME: other });
  });
});

describe.runIf(isTested('age'))('age', () => {
  const value = 'of age\nin two lines\n';
  let provider: ReturnType<typeof execSecrets>;
  let command: (key: string) => ExecSecretsOptions['command'];

  beforeAll(() => {
    folder = temporaryFolder();
    const { path } = folder;
    for (const key of ['key', 'other']) run('age-keygen', ['-o', join(path, key)], '');
    const recipient = run('age-keygen', ['-y', join(path, 'key')], '').trim();
    run('age', ['--encrypt', '-r', recipient, '-o', join(path, 'token.age')], value);
    command =
      (key) =>
      ({ name }) => {
        const file = join(path, `${encodeURIComponent(name)}.age`);
        return existsSync(file) ? ['age', '--decrypt', '-i', join(path, key), file] : undefined;
      };
    provider = execSecrets({ command: command('key'), keepNewline: true });
  });

  afterAll(() => folder.remove());

  it('is read, byte for byte', async () => {
    expect((await provider.get({ name: 'token' }, {}))?.reveal()).toBe(value);
  });

  it('has no secret of a name without a file', async () => {
    expect(await provider.get({ name: 'nothing' }, {})).toBeUndefined();
  });

  it('with another key, or with a damaged file, is unavailable', async () => {
    const other = execSecrets({ command: command('other') });
    expect((await failureOf(other.get({ name: 'token' }, {}))).code).toBe('unavailable');
    const file = readFileSync(join(folder.path, 'token.age'));
    writeFileSync(join(folder.path, 'cut.age'), file.subarray(0, file.length - 10));
    expect((await failureOf(provider.get({ name: 'cut' }, {}))).code).toBe('unavailable');
  });
});
