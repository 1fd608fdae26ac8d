import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layersOf, SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { sealedCodec } from '@secretkit/sealed';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flush, outcome } from '../../test/held-backend.js';
import { snapshot } from './index.js';
import { snapshotFiles } from './snapshot-files.js';

const canary = 'CANARY-4d1e/+?&=ü';
const ref = { name: 'CANARY-name' };
const codec = sealedCodec({ keys: [{ id: 'k1', key: new Uint8Array(32).fill(1) }], namespace: 'files' });

let root: string;
let folder: string;
let warned: unknown[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'secretkit-snapshot-'));
  folder = join(root, 'below', 'snapshots');
  warned = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((_, about) => {
    warned.push((about as { code?: unknown }).code);
  });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const modeOf = (path: string): number => lstatSync(path).mode & 0o777;
const fileOf = (name: string): string => join(folder, `${name}.sealed`);

describe('snapshotFiles', () => {
  it('makes a folder and files for its user alone', async () => {
    const store = snapshotFiles({ folder });
    expect(await store.read('a')).toBeUndefined();
    await store.write('a', 'record');
    expect(await store.read('a')).toBe('record');
    expect([modeOf(folder), modeOf(fileOf('a')), readdirSync(folder)]).toEqual([0o700, 0o600, ['a.sealed']]);
    await store.remove('a');
    await store.remove('a');
    expect(await store.read('a')).toBeUndefined();
  });

  it.each<[string, () => void]>([
    ['others may read', () => mkdirSync(folder, { recursive: true, mode: 0o755 })],
    [
      'others may write to',
      () => {
        mkdirSync(folder, { recursive: true });
        chmodSync(folder, 0o722);
      },
    ],
    [
      'is a link to another one',
      () => {
        const other = join(root, 'other');
        mkdirSync(other, { mode: 0o700 });
        mkdirSync(join(root, 'below'));
        symlinkSync(other, folder);
      },
    ],
    [
      'is a file',
      () => {
        mkdirSync(join(root, 'below'));
        writeFileSync(folder, '', { mode: 0o600 });
      },
    ],
  ])('uses no folder that %s', async (_, make) => {
    make();
    const store = snapshotFiles({ folder });
    const uses = [store.write('a', 'record'), store.read('a'), store.remove('a'), store.prune()];
    const settled = await Promise.allSettled(uses);
    expect(settled.map(({ status }) => status)).toEqual(uses.map(() => 'rejected'));
    expect(
      readdirSync(root).flatMap((each) => (each === 'other' ? readdirSync(join(root, each)) : [])),
    ).toEqual([]);
  });

  it('follows no link in place of a file, neither to read nor to write', async () => {
    const store = snapshotFiles({ folder });
    await store.write('a', 'record');
    const target = join(root, 'target');
    writeFileSync(target, 'of somebody else');
    rmSync(fileOf('a'));
    symlinkSync(target, fileOf('a'));
    expect(await store.read('a')).toBe('');
    await store.write('a', 'next');
    expect([await store.read('a'), readFileSync(target, 'utf8')]).toEqual(['next', 'of somebody else']);
    expect(lstatSync(fileOf('a')).isFile()).toBe(true);
  });

  it('takes a folder or a large file in place of a file for a record that does not open', async () => {
    const store = snapshotFiles({ folder });
    await store.write('a', 'record');
    mkdirSync(fileOf('b'));
    writeFileSync(fileOf('c'), 'x'.repeat(4 * 1024 * 1024 + 1));
    expect([await store.read('b'), await store.read('c')]).toEqual(['', '']);
    await expect(store.write('b', 'record')).rejects.toThrow();
    expect(readdirSync(folder).filter((each) => each.endsWith('.tmp'))).toEqual([]);
  });

  it('deletes what is older than a date, or all, and no file of another kind', async () => {
    const store = snapshotFiles({ folder });
    for (const name of ['old', 'young']) await store.write(name, 'record');
    writeFileSync(join(folder, 'notes.txt'), '');
    writeFileSync(join(folder, 'old.0123.tmp'), ''); // a process died between the file and its rename
    writeFileSync(join(folder, 'young.0123.tmp'), ''); // a process is writing
    for (const file of ['old.sealed', 'notes.txt', 'old.0123.tmp']) utimesSync(join(folder, file), 1, 1);
    await store.prune(new Date(Date.now() - 60_000));
    expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'young.0123.tmp', 'young.sealed']);
    await store.prune();
    expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'young.0123.tmp']);
  });

  it.each(['../a', 'a/b', '', 'a.b', 'ä', 'x'.repeat(201)])('refuses the name %j', async (name) => {
    const store = snapshotFiles({ folder });
    for (const use of [store.read(name), store.write(name, ''), store.remove(name)]) {
      await expect(use).rejects.toThrow(TypeError);
    }
  });

  it.each<[string, unknown]>([
    ['no options', undefined],
    ['no folder', {}],
    ['a relative path', { folder: 'snapshots' }],
    ['a path with a null character', { folder: '/tmp/a\0b' }],
    ['a number', { folder: 1 }],
    ['an unknown option', { folder: '/tmp/a', mode: 0o777 }],
  ])('throws at construction: %s', (_, options) => {
    expect(() => snapshotFiles(options as never)).toThrow(TypeError);
  });
});

describe('two processes that write one file', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it('leave a whole record at any time, also when they are killed', async () => {
    const script = fileURLToPath(new URL('../../test/snapshot-writer.ts', import.meta.url));
    const writers = ['a', 'b'].map((letter) =>
      fork(script, [folder, 'one', letter], {
        execArgv: ['--import', 'tsx', '--conditions=@secretkit/source'],
      }),
    );
    children.push(...writers);
    await Promise.all(writers.map((each) => once(each, 'message')));
    const busy = Promise.all(writers.map((each) => once(each, 'message')));
    for (const each of writers) each.send('start');
    const store = snapshotFiles({ folder });
    let [isBusy, reads] = [true, 0];
    void busy.then(() => (isBusy = false));
    for (; isBusy || reads < 50; reads += 1) {
      expect((await store.read('one')) ?? 'a').toMatch(/^(?:a+|b+)$/);
    }
    const ended = Promise.all(writers.map((each) => once(each, 'exit')));
    for (const each of writers) each.kill('SIGKILL');
    await ended;
    expect(await store.read('one')).toMatch(/^(?:a+|b+)$/);
    await store.write('one', 'next');
    expect(await store.read('one')).toBe('next');
  });
});

describe('a snapshot in files', () => {
  const backend = (get: SecretProvider['get'] = async () => seal(canary)): SecretProvider => ({
    name: 'backend',
    get,
  });
  const down = () => Promise.reject(new SecretError('unavailable', 'down.'));
  const processOf = (provider: SecretProvider) =>
    snapshot({ store: snapshotFiles({ folder }), codec, principal: 'p', maxAgeMs: 3_600_000 })(provider);
  const lived = async (one = processOf(backend())) => {
    expect(await outcome(one.get(ref, {}))).toBe(canary);
    await one[Symbol.asyncDispose]?.();
  };

  it('starts a process while the backend is down', async () => {
    await lived();
    expect(await outcome(processOf(backend(down)).get(ref, {}))).toBe(canary);
    expect(warned).toEqual([]);
  });

  it('shows the value and the name in no form', async () => {
    await lived();
    const text = readdirSync(folder)
      .map((file) => file + readFileSync(join(folder, file), 'latin1'))
      .join('\n');
    expect(text).toContain('sk1.k1.');
    for (const secret of [canary, ref.name]) {
      const bytes = Buffer.from(secret);
      const forms = ['base64', 'base64url', 'hex'] as const;
      const texts = [
        bytes.toString('latin1'),
        encodeURIComponent(secret),
        ...forms.map((form) => bytes.toString(form)),
      ];
      for (const form of texts) expect(text).not.toContain(form.replace(/=*$/, ''));
    }
  });

  it('is not served from the temporary file of a process that died, nor from one that was cut', async () => {
    await lived();
    const [file = ''] = readdirSync(folder);
    const record = readFileSync(join(folder, file));
    rmSync(join(folder, file));
    writeFileSync(join(folder, file.replace('.sealed', '.0123.tmp')), record, { mode: 0o600 });
    expect(await outcome(processOf(backend(down)).get(ref, {}))).toBe('unavailable');
    writeFileSync(join(folder, file), record.subarray(0, -1), { mode: 0o600 });
    const one = processOf(backend(down));
    expect(await outcome(one.get(ref, {}))).toBe('unavailable');
    expect(layersOf(one)[0]?.snapshot?.()).toMatchObject({ unreadable: 1 });
  });

  it('without a folder that it can use, reads as without a snapshot, and warns once', async () => {
    mkdirSync(join(root, 'below'));
    writeFileSync(folder, 'a file', { mode: 0o600 });
    const one = processOf(backend());
    for (let at = 0; at < 3; at += 1) expect(await outcome(one.get(ref, {}))).toBe(canary);
    await flush();
    await one[Symbol.asyncDispose]?.();
    expect(warned).toEqual(['SECRETKIT_SNAPSHOT_UNWRITABLE']);
    expect(await outcome(processOf(backend(down)).get(ref, {}))).toBe('unavailable');
  });
});
