import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.js';

/** A PostgreSQL in a temporary folder, which checks passwords (SCRAM). */
export interface Postgres {
  readonly port: number;
  readonly superuser: { readonly user: string; readonly password: string };
  /** Logs in, and returns the rows of a query. */
  query(login: { readonly user: string; readonly password: string }, sql: string): Promise<readonly object[]>;
  close(): Promise<void>;
}

const superuser = { user: 'operator', password: 'operator' };

/** Whether the program is there. In CI it must be. */
export const hasPostgres: boolean = find('initdb') !== undefined || process.env['SECRETKIT_CI'] !== undefined;

export async function startPostgres(): Promise<Postgres> {
  const runner = runnerOfServer();
  const folder = mkdtempSync(join(tmpdir(), 'secretkit-example-'));
  if (runner) chownSync(folder, runner.uid, runner.gid);
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, superuser.password);
  const data = join(folder, 'data');
  const flags = [
    '-U',
    superuser.user,
    '-A',
    'scram-sha-256',
    '--pwfile',
    passwordFile,
    '--no-sync',
    '-D',
    data,
  ];
  const made = spawnSync(find('initdb') ?? 'initdb', flags, { ...runner, cwd: '/', encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const server = spawn(find('postgres') ?? 'postgres', args, { ...runner, cwd: '/', stdio: 'ignore' });
  process.once('exit', () => server.kill('SIGKILL'));

  async function query(login: { readonly user: string; readonly password: string }, sql: string) {
    const client = new pg.Client({ ...login, host: '127.0.0.1', port, database: 'postgres' });
    client.on('error', () => undefined); // it is reported by the query
    try {
      await client.connect();
      return (await client.query<object>(sql)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  const isReady = () =>
    query(superuser, 'select 1').then(
      () => true,
      () => false,
    );
  for (let attempt = 0; !(await isReady()); attempt += 1) {
    if (attempt > 600) throw new Error('PostgreSQL does not answer.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    superuser,
    query,
    async close() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Returns the path of a program, on the PATH or where Debian has it. */
function find(name: string): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const folders = [
    ...(process.env['PATH'] ?? '').split(':'),
    ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** PostgreSQL does not run as root: there its own user runs it. */
function runnerOfServer(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}
