import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program `bao`: that of the variable, or the one that `.ci/run` installs. */
export const program: string =
  process.env['SECRETKIT_OPENBAO'] ??
  fileURLToPath(new URL('../../../.venv/openbao/bin/bao', import.meta.url));

/** Whether tests of OpenBao run. In CI they must: there, a program that is missing fails them. */
export const hasOpenBao: boolean = existsSync(program) || process.env['SECRETKIT_CI'] !== undefined;

/** A request to the server, with a token of all rights unless another one is given. */
export interface OpenBaoRequest {
  readonly method?: string;
  readonly path: string;
  readonly body?: object;
  readonly token?: string;
  readonly namespace?: string;
}

/** The parts of answers that tests read. */
export interface OpenBaoBody {
  readonly data: Readonly<Record<string, string>>;
  readonly auth: { readonly client_token: string; readonly accessor: string };
  readonly wrap_info: { readonly token: string };
  readonly root_token: string;
  readonly keys: readonly [string];
}

export interface OpenBaoAnswer {
  readonly status: number;
  readonly body: OpenBaoBody;
}

/** A server of OpenBao on this machine, with raft storage. */
export interface OpenBao {
  readonly url: string;
  readonly port: number;
  readonly rootToken: string;
  /** Sends a request. @throws for a status from 400 on. */
  ask(request: OpenBaoRequest | string): Promise<OpenBaoBody>;
  /** Sends a request, and returns any answer. */
  send(request: OpenBaoRequest): Promise<OpenBaoAnswer>;
  /** Seals the server; `unseal` ends it. */
  seal(): Promise<void>;
  unseal(): Promise<void>;
  /** Ends the server at once; `start` starts it again, unsealed, with its data. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server on a free port, and waits until it is unsealed. */
export async function startOpenBao(): Promise<OpenBao> {
  const folder = mkdtempSync(join(tmpdir(), 'secretkit-openbao-'));
  const [port, clusterPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const data = join(folder, 'data');
  mkdirSync(data);
  const config = {
    storage: { raft: { path: data, node_id: 'node', performance_multiplier: 1 } },
    listener: { tcp: { address: `127.0.0.1:${port}`, tls_disable: true } },
    api_addr: url,
    cluster_addr: `http://127.0.0.1:${clusterPort}`,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  let [rootToken, unsealKey] = ['', ''];
  let server: ChildProcess | undefined;

  async function send({
    method = 'GET',
    path,
    body,
    token = rootToken,
    namespace,
  }: OpenBaoRequest): Promise<OpenBaoAnswer> {
    const response = await fetch(`${url}/v1/${path}`, {
      method,
      headers: {
        ...(token !== '' && { 'x-vault-token': token }),
        ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text || '{}') as OpenBaoBody }; // of the real server
  }

  async function ask(request: OpenBaoRequest | string): Promise<OpenBaoBody> {
    const wanted = typeof request === 'string' ? { path: request } : request;
    const { status, body } = await send(wanted);
    if (status < 400) return body;
    if (/Upgrading from non-versioned/.test(JSON.stringify(body))) return ask(request); // for a moment, after its mount
    throw new Error(`${wanted.method ?? 'GET'} ${wanted.path}: ${status} ${JSON.stringify(body)}`);
  }

  async function start(): Promise<void> {
    const started = spawn(program, ['server', `-config=${join(folder, 'config.json')}`, '-log-level=error'], {
      stdio: 'ignore',
    });
    server = started;
    const end = (): void => void started.kill('SIGKILL');
    process.once('exit', end);
    started.once('exit', () => process.off('exit', end));
    await until(() => send({ path: 'sys/seal-status' }), started);
    if (unsealKey !== '') await unseal();
  }

  async function unseal(): Promise<void> {
    await ask({ method: 'PUT', path: 'sys/unseal', body: { key: unsealKey }, token: '' });
    await until(() => ask('sys/health'), server); // a standby has no 200
  }

  async function kill(): Promise<void> {
    const ended = server;
    if (!ended || ended.exitCode !== null || ended.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      ended.once('exit', () => resolve());
      ended.kill('SIGKILL');
    });
  }

  await start();
  const made = await ask({
    method: 'PUT',
    path: 'sys/init',
    body: { secret_shares: 1, secret_threshold: 1 },
  });
  rootToken = made.root_token;
  unsealKey = made.keys[0];
  await unseal();

  return {
    url,
    port,
    rootToken,
    ask,
    send,
    async seal() {
      await ask({ method: 'PUT', path: 'sys/seal' });
    },
    unseal,
    kill,
    start,
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until the call succeeds. */
async function until(call: () => Promise<unknown>, server: ChildProcess | undefined): Promise<void> {
  let failure: unknown;
  server?.once('error', (error) => {
    failure = error;
  });
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    if (failure !== undefined) throw failure;
    if (server?.exitCode !== undefined && server.exitCode !== null)
      throw new Error(`bao ended with ${server.exitCode}.`);
    const succeeded = await call().then(
      () => true,
      () => false,
    );
    if (succeeded) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  throw new Error('OpenBao does not answer.');
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
