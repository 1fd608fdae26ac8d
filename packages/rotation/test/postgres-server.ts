import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import {
  findProgram,
  freePort,
  removeFolder,
  runnerOf,
  serverFolder,
  startProcess,
  untilItStarts,
} from './server-process.js';

/** A PostgreSQL of its own, with SCRAM authentication. */
export interface PostgresServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly database: 'postgres';
  /** Runs a statement as the superuser. */
  sql(statement: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends the server at once, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const superuser = { user: 'operator', password: 'operator' };

export function startPostgres(): Promise<PostgresServer> {
  return untilItStarts(startOnce);
}

async function startOnce(): Promise<PostgresServer> {
  const runner = runnerOf('postgres');
  const folder = serverFolder(runner);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, superuser.password, { mode: 0o644 });
  const flags = ['-U', superuser.user, '-A', 'scram-sha-256', '-E', 'UTF8', '--no-sync', '--no-locale'];
  const made = spawnSync(
    findProgram('initdb') ?? 'initdb',
    [...flags, '--pwfile', passwordFile, '-D', data],
    {
      ...runner,
      cwd: '/',
      encoding: 'utf8',
    },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const address = { host: '127.0.0.1', port, database: 'postgres' } as const;
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'max_connections=300',
    'client_connection_check_interval=50ms', // a query of a client that is gone ends,
  ];

  async function withClient<R>(run: (client: pg.Client) => Promise<R>): Promise<R> {
    const client = new pg.Client({ ...address, ...superuser });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await run(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  const isReady = (): Promise<boolean> => withClient(async () => true).catch(() => false);
  const start = () =>
    startProcess(
      [findProgram('postgres') ?? 'postgres', '-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      runner,
      isReady,
    );
  let end = await start();

  return {
    ...address,
    sql: (statement) =>
      withClient(async (client) => (await client.query<Record<string, unknown>>(statement)).rows),
    async restart() {
      await end('SIGINT');
      end = await start();
    },
    async stop() {
      await end('SIGINT');
      removeFolder(folder);
    },
  };
}
