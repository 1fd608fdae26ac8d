import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, type TestContext, test } from 'vitest';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));

function start({ onTestFinished }: TestContext, ...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', cli, ...args], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.err += text;
  });
  return { child, output };
}

async function started(context: TestContext, ...args: string[]) {
  const command = start(context, '--port', '0', ...args);
  await context.expect.poll(() => command.output.out).toContain('ctrl-C');
  return { ...command, url: /http:\/\/[\d.:]+/.exec(command.output.out)?.[0] };
}

const headers = { authorization: 'Bearer sk_test_1' };
const list = '/v1/apps/secrets?scope[type]=account';

describe.concurrent('the command', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`exits with code 0 on ${signal}, also while a request hangs`, async (context) => {
      const { expect } = context;
      const { child, output, url } = await started(context);
      await fetch(`${url}/_emulator/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"kind":"hang"}',
      });
      const hanging = fetch(`${url}${list}`, { headers }).catch(() => 'dropped');
      const state = async () => (await fetch(`${url}/_emulator/state`)).json();
      await expect.poll(state).toMatchObject({ requests: 1 });
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(await hanging).toBe('dropped');
      expect(output.err).toBe('');
    });
  }

  test('exits with code 0 on SIGTERM, also while its seed is a pipe that nobody closes', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'secretkit-emulator-'));
    context.onTestFinished(() => rm(folder, { recursive: true }));
    const pipe = join(folder, 'seed.pipe');
    execFileSync('mkfifo', [pipe]);
    const { child, output } = start(context, '--port', '0', '--seed', pipe);
    const exit = once(child, 'exit');
    const writer = await open(pipe, 'w'); // when the command has opened it
    child.kill('SIGTERM');
    context.expect(await exit).toEqual([0, null]);
    context.expect(output).toEqual({ out: '', err: '' });
    await writer.close();
  });

  test('exits when the reader of its log closes the pipe', async (context) => {
    const { expect } = context;
    const { child, output, url } = await started(context, '--log');
    child.stdout.destroy();
    let hasExited = false;
    const exit = once(child, 'exit').finally(() => (hasExited = true));
    while (!hasExited) await fetch(`${url}${list}`, { headers }).catch(() => 'dropped'); // the pipe closes in a moment
    expect(await exit).toEqual([0, null]);
    expect(output.err).toBe('');
  });

  test('exits with code 2 on an unknown option', async (context) => {
    context.expect(await once(start(context, '--bogus').child, 'exit')).toEqual([2, null]);
  });
});
