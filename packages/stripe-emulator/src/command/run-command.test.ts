import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

async function running(...args: string[]) {
  const command = run('--port', '0', ...args);
  await expect.poll(() => command.output.out + command.output.err).toContain('ctrl-C');
  const port = Number(/http:\/\/[\d.]+:(\d+)/.exec(command.output.out)?.[1]);
  return { ...command, at: { host: '127.0.0.1', port } };
}

async function seedFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'secretkit-emulator-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'seed.json');
  await writeFile(file, text);
  return file;
}

test('it says where it is and how to reach it, answers, and stops with 0', async () => {
  const emulator = await useEmulator();
  const { output, exitCode, stop, at } = await running();
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
  await expect(raw(here, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('it starts with the secrets of a seed file and logs requests without payload, key or query', async () => {
  const emulator = await useEmulator();
  const file = await seedFile('{"secrets":[{"name":"a","payload":"hunter2"}]}');
  const { output, at } = await running('--seed', file, '--log', '--latency-ms', '1', '--rate-limit');
  const path = '/v1/apps/secrets/find?name=a&scope[type]=account&expand[]=payload';
  const found = await raw({ ...emulator, ...at }, path, { key: 'sk_test_canary' });
  expect(bodyOf(found)['payload']).toBe('hunter2');
  expect(output.out).toMatch(/GET \/v1\/apps\/secrets\/find 200 acct_emulator test req_\w{14} [\d.]+ms\n/);
  expect(output.out).not.toMatch(/hunter2|canary|expand/);
});

test('--help lists the options, and so does the README', async () => {
  const { output, exitCode } = run('--help');
  expect(await exitCode).toBe(0);
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const flags = (text: string, form: RegExp) => [...text.matchAll(form)].map(([, flag]) => flag).sort();
  const listed = flags(output.out, /^ {2}(--[a-z-]+)/gm);
  expect(listed).toHaveLength(9);
  expect(flags(readme, /^\| `(--[a-z-]+)/gm)).toEqual(listed);
});

test('a live key is refused, unless the command was told', async () => {
  const emulator = await useEmulator();
  const path = '/v1/apps/secrets?scope[type]=account';
  const statuses = [];
  for (const flags of [[], ['--allow-live-keys']]) {
    const { at } = await running(...flags);
    statuses.push((await raw({ ...emulator, ...at }, path, { key: 'sk_live_made_up' })).status);
  }
  expect(statuses).toEqual([401, 200]);
});

test('it listens on another address if it was told that it may', async () => {
  const { output } = await running('--host', '0.0.0.0', '--allow-remote');
  expect(output.out).toContain('http://0.0.0.0:');
});

test.each([
  ['an unknown flag', ['--bogus'], /--bogus/],
  ['an argument too many', ['extra'], /extra/],
  ['a port that is text', ['--port', 'http'], /--port must be an integer from 0 to 65535/],
  ['a port out of range', ['--port', '65536'], /--port/],
  ['a flag without its value', ['--seed'], /--seed/],
  ['a host that others can reach', ['--host', '0.0.0.0'], /--host .* unless --allow-remote is given/],
  ['a value for a flag that takes none', ['--rate-limit=5'], /--rate-limit/],
  ['a latency that is text', ['--latency-ms', 'slow'], /--latency-ms/],
])('%s is one line on stderr and exit code 2', async (_name, args, message) => {
  const { output, exitCode } = run(...args);
  expect(await exitCode).toBe(2);
  expect(output.out).toBe('');
  expect(output.err).toMatch(message);
  expect(output.err.trimEnd().split('\n')).toHaveLength(1);
});

test('a port in use is one line on stderr and exit code 1', async () => {
  const { port } = await useEmulator();
  const { output, exitCode } = run('--port', String(port));
  expect(await exitCode).toBe(1);
  expect(output.err).toMatch(/^[^\n]*the port is in use[^\n]*\n$/);
});

test.each([
  { name: 'that is no JSON', text: 'hunter2', message: /is not valid JSON/ },
  {
    name: 'with eleven secrets for a scope',
    text: JSON.stringify({
      secrets: Array.from({ length: 11 }, (_, n) => ({ name: `hunter2-${n}`, payload: 'p' })),
    }),
    message: /secrets\[10\] of the seed file \S+ does not fit: the scope already has 10 secrets/,
  },
  {
    name: 'with a payload that is too long',
    text: JSON.stringify({ secrets: [{ name: 'a', payload: 'hunter2'.repeat(1_000) }] }),
    message: /secrets\[0\] of the seed file \S+ does not fit: payload is longer than 5000/,
  },
])('a seed file $name is one line without its content, and exit code 1', async ({ text, message }) => {
  const { output, exitCode } = run('--port', '0', '--seed', await seedFile(text));
  expect(await exitCode).toBe(1);
  expect(output.err).toMatch(message);
  expect(output.err).not.toContain('hunter2');
  expect(output.err.trimEnd().split('\n')).toHaveLength(1);
});

test('a seed file that is not there is exit code 1', async () => {
  const { output, exitCode } = run('--seed', '/nowhere/seed.json');
  expect(await exitCode).toBe(1);
  expect(output.err).toMatch(/\/nowhere\/seed.json cannot be read \(ENOENT\)/);
});
