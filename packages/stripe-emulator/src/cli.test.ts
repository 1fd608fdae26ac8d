import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, type TestContext, test } from 'vitest';

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url));

function start({ onTestFinished }: TestContext, ...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', cli, ...args], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe.concurrent('the command', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`ends with exit code 0 on ${signal}, also with an open request`, async (context) => {
      const { expect } = context;
      const child = start(context, '--port', '0');
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      await expect.poll(() => output).toContain('ctrl-C');
      const url = /http:\/\/[\d.:]+/.exec(output)?.[0];
      await fetch(`${url}/_emulator/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"kind":"hang"}',
      });
      const headers = { authorization: 'Bearer sk_test_1' };
      const list = `${url}/v1/apps/secrets?scope[type]=account`;
      const hanging = fetch(list, { headers }).catch(() => 'dropped');
      const state = async () => (await fetch(`${url}/_emulator/state`)).json();
      await expect.poll(state).toMatchObject({ requests: 1 });
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(await hanging).toBe('dropped');
    });
  }

  test('ends with exit code 2 on a wrong flag', async (context) => {
    context.expect(await once(start(context, '--bogus'), 'exit')).toEqual([2, null]);
  });
});
