import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { bodyOf, raw, useEmulator } from '../../test/use-emulator.js';
import { runCommand } from './run-command.js';

function run(...args: string[]) {
  const stop = new AbortController();
  const output = { out: '', err: '' };
  const exitCode = runCommand(args, {
    out: (text) => {
      output.out += text;
    },
    err: (text) => {
      output.err += text;
    },
    stop: stop.signal,
  });
  onTestFinished(() => stop.abort());
  return { output, exitCode, stop: () => stop.abort() };
}

async function started(...args: string[]) {
  const command = run('--port', '0', ...args);
  await expect.poll(() => command.output.out + command.output.err).toContain('ctrl-C');
  const port = Number(/http:\/\/[\d.]+:(\d+)/.exec(command.output.out)?.[1]);
  return { ...command, at: { host: '127.0.0.1', port } };
}

async function folderForTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'secretkit-emulator-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function seedFile(text: string): Promise<string> {
  const file = join(await folderForTest(), 'seed.json');
  await writeFile(file, text);
  return file;
}

test('prints its URL and how to connect, responds, and stops with exit code 0', async () => {
  const emulator = await useEmulator();
  const { output, exitCode, stop, at } = await started();
  expect(output.out).toContain(
    `new Stripe('sk_test_emulator', { host: '127.0.0.1', port: ${at.port}, protocol: 'http' })`,
  );
  expect(output.out).toContain(
    `createStripeClient({ apiKey: 'sk_test_emulator', baseUrl: 'http://127.0.0.1:${at.port}' })`,
  );
  const here = { ...emulator, ...at };
  await sdk(here).apps.secrets.create({ scope: { type: 'account' }, name: 'a', payload: 'p' });
  stop();
  expect(await exitCode).toBe(0);
  await expect(raw(here, '/')).rejects.toMatchObject({
    code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/),
  }); // another test may have the port
});

test('stores the secrets of a seed file and logs requests without payload, key or query', async () => {
  const emulator = await useEmulator();
  const file = await seedFile('{"secrets":[{"name":"a","payload":"hunter2"}]}');
  const { output, at } = await started('--seed', file, '--log', '--latency-ms', '1', '--rate-limit');
  const path = '/v1/apps/secrets/find?name=a&scope[type]=account&expand[]=payload';
  const found = await raw({ ...emulator, ...at }, path, { key: 'sk_test_canary' });
  expect(bodyOf(found)['payload']).toBe('hunter2');
  expect(output.out).toMatch(/GET \/v1\/apps\/secrets\/find 200 acct_emulator test req_\w{14} [\d.]+ms\n/);
  expect(output.out).not.toMatch(/hunter2|canary|expand/);
});

test('--help and the README list the same options', async () => {
  const { output, exitCode } = run('--help');
  expect(await exitCode).toBe(0);
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const flags = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, flag]) => flag).sort();
  const listed = flags(output.out, /^ {2}(--[a-z-]+)/gm);
  expect(listed).toHaveLength(9);
  expect(flags(readme, /^\| `(--[a-z-]+)/gm)).toEqual(listed);
});

test('a live key is refused without --allow-live-keys', async () => {
  const emulator = await useEmulator();
  const path = '/v1/apps/secrets?scope[type]=account';
  const statuses = [];
  for (const flags of [[], ['--allow-live-keys']]) {
    const { at } = await started(...flags);
    statuses.push((await raw({ ...emulator, ...at }, path, { key: 'sk_live_made_up' })).status);
  }
  expect(statuses).toEqual([401, 200]);
});

test('listens on another address with --allow-remote', async () => {
  const { output } = await started('--host', '0.0.0.0', '--allow-remote');
  expect(output.out).toContain('http://0.0.0.0:');
  expect(output.out).toContain(', allowInsecure: true })');
});

test.each([
  ['an unknown option', ['--bogus'], /unknown option "--bogus".* --port, --seed/],
  ['an unknown option with a value', ['--key=canary'], /unknown option "--key"/],
  ['an unknown short option', ['-x'], /unknown option "-x"/],
  ['an argument that is not an option', ['canary'], /arguments /],
  ['an argument after --', ['--', 'canary'], /arguments /],
  ['a port that is not a number', ['--port', 'canary'], /--port .* text/],
  ['a port out of range', ['--port', '65536'], /--port .* 65536/],
  ['an option without its value', ['--seed'], /--seed /],
  ['a host that other machines can reach', ['--host', '0.0.0.0'], /--host .*--allow-remote/],
  ['a value for a boolean option', ['--rate-limit=canary'], /--rate-limit /],
  ['a latency that is not a number', ['--latency-ms', 'canary'], /--latency-ms .* text/],
])('%s prints one line to stderr and exits with code 2', async (_name, args, message) => {
  const { output, exitCode } = run(...args);
  expect(await exitCode).toBe(2);
  expect(output.out).toBe('');
  expect(output.err).toMatch(message);
  expect(output.err).not.toContain('canary');
  expect(output.err.trimEnd().split('\n')).toHaveLength(1);
});

test('a port in use prints one line to stderr and exits with code 1', async () => {
  const { port } = await useEmulator();
  const { output, exitCode } = run('--port', String(port));
  expect(await exitCode).toBe(1);
  expect(output.err).toMatch(new RegExp(`^[^\\n]*: port [^\\n]*${port}[^\\n]*\\n$`));
});

test.each([
  { name: 'that is not JSON', text: 'hunter2', message: /seed file \S+: content / },
  {
    name: 'with eleven secrets for a scope',
    text: JSON.stringify({
      secrets: Array.from({ length: 11 }, (_, n) => ({ name: `hunter2-${n}`, payload: 'p' })),
    }),
    message: /seed file \S+: secrets\[10\]: scope .* 10/,
  },
  {
    name: 'with a payload that is too long',
    text: JSON.stringify({ secrets: [{ name: 'a', payload: 'hunter2'.repeat(1_000) }] }),
    message: /seed file \S+: secrets\[0\]: payload .* 5000/,
  },
])(
  'a seed file $name prints one line without its content and exits with code 1',
  async ({ text, message }) => {
    const { output, exitCode } = run('--port', '0', '--seed', await seedFile(text));
    expect(await exitCode).toBe(1);
    expect(output.err).toMatch(message);
    expect(output.err).not.toContain('hunter2');
    expect(output.err.trimEnd().split('\n')).toHaveLength(1);
  },
);

function pipeIn(folder: string): string {
  const pipe = join(folder, 'seed.pipe');
  execFileSync('mkfifo', [pipe]);
  return pipe;
}

test('stores the secrets of a pipe, once its writer has closed it', async () => {
  const emulator = await useEmulator();
  const pipe = pipeIn(await folderForTest());
  const command = run('--port', '0', '--seed', pipe);
  const writer = await open(pipe, 'w');
  await writer.write('{"secrets":[{"name":"a",');
  await writer.write('"payload":"hunter2"}]}');
  expect(command.output).toEqual({ out: '', err: '' });
  await writer.close();
  await expect.poll(() => command.output.out + command.output.err).toContain('ctrl-C');
  const port = Number(/http:\/\/[\d.]+:(\d+)/.exec(command.output.out)?.[1]);
  const path = '/v1/apps/secrets/find?name=a&scope[type]=account&expand[]=payload';
  expect(bodyOf(await raw({ ...emulator, port }, path))['payload']).toBe('hunter2');
});

test.each(['before its writer has come', 'before its writer has closed it'])(
  'stops with exit code 0 while the seed is a pipe: %s',
  async (moment) => {
    const pipe = pipeIn(await folderForTest());
    const { output, exitCode, stop } = run('--port', '0', '--seed', pipe);
    const writer = moment.includes('closed') ? await open(pipe, 'w') : undefined;
    await writer?.write('{"secrets":');
    stop();
    expect(await exitCode).toBe(0);
    expect(output).toEqual({ out: '', err: '' });
    await writer?.close();
  },
);

test('a missing seed file exits with code 1', async () => {
  const { output, exitCode } = run('--seed', '/nowhere/seed.json');
  expect(await exitCode).toBe(1);
  expect(output.err).toMatch(/--seed .*\/nowhere\/seed\.json.*ENOENT/);
});
