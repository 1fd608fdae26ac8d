import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { AwsFailure } from './aws-failure.js';
import type { Backend } from './aws-server.js';

/** The program `moto_server`: that of the variable, or the one that `.ci/run` installs. */
const program =
  process.env['SECRETKIT_MOTO_SERVER'] ??
  fileURLToPath(new URL('../../../.venv/moto/bin/moto_server', import.meta.url));

/** Whether tests of moto run. In CI they must: there, a program that is missing fails them. */
export const hasMoto: boolean = existsSync(program) || process.env['SECRETKIT_CI'] !== undefined;

export interface Moto {
  readonly url: string;
  /** Sends an operation to moto. */
  readonly answer: Backend;
  /** Removes everything. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Starts moto on a free port of this machine, and waits until it answers. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  await answering(server, url);
  return {
    url,
    async answer(operation, input) {
      const service = operation.startsWith('secretsmanager') ? 'secretsmanager' : 'ssm';
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': operation,
          authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
        },
        body: JSON.stringify(input),
      });
      const body = (await response.json()) as { readonly __type?: string };
      if (response.ok) return body;
      throw new AwsFailure(String(body.__type), response.status);
    },
    async reset() {
      await fetch(`${url}/moto-api/reset`, { method: 'POST' });
    },
    close: () =>
      new Promise((resolve) => {
        server.once('exit', () => resolve());
        server.kill();
      }),
  };
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  let failure: Error | undefined;
  server.once('error', (error) => {
    failure = error;
  });
  server.once('exit', (code) => {
    failure ??= new Error(`moto_server ended with ${code}.`);
  });
  for (let i = 0; i < 600; i += 1) {
    if (failure) throw failure;
    const response = await fetch(`${url}/moto-api/`).catch(() => undefined);
    if (response) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  server.kill();
  throw new Error('moto_server does not answer.');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (typeof address !== 'object' || address === null) throw new Error('no free port.');
  return address.port;
}
