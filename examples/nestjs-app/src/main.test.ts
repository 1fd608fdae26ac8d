import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

it('the server starts, responds to the printed curl, and exits on SIGTERM', { timeout: 60_000 }, async () => {
  const flags = ['--import', 'tsx', '--conditions=@secretkit/source', 'src/main.ts'];
  const server = spawn(process.execPath, flags, {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: '0' },
  });
  const ended = once(server, 'close');
  let printed = '';
  const curl = new Promise<RegExpExecArray>((resolve) => {
    for (const stream of [server.stdout, server.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        const line = /curl -H 'Authorization: (\S+ \S+)' (\S+)/.exec(printed);
        if (line) resolve(line);
      });
    }
  });
  const command = await Promise.race([curl, ended.then(() => Promise.reject(new Error(printed)))]);
  const [, authorization = '', url = ''] = command;
  const response = await fetch(url, { headers: { authorization } });
  expect(await response.json()).toEqual(['an order of acct_1']);
  server.kill('SIGTERM');
  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(printed).not.toContain('not-a-real');
});
