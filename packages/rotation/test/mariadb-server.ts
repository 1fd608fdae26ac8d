import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import {
  findProgram,
  freePort,
  removeFolder,
  runnerOf,
  serverFolder,
  startProcess,
  untilItStarts,
} from './server-process.js';

/** A MariaDB of its own. */
export interface MariadbServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly database: 'test';
  /** Runs a statement as the superuser. */
  sql(statement: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends the server at once, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export function startMariadb(): Promise<MariadbServer> {
  return untilItStarts(startOnce);
}

async function startOnce(): Promise<MariadbServer> {
  const runner = runnerOf('mysql');
  const folder = serverFolder(runner);
  const data = join(folder, 'data');
  const flags = ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-name-resolve'];
  const program = findProgram('mariadb-install-db') ?? 'mariadb-install-db';
  const made = spawnSync(program, [...flags, `--datadir=${data}`], { ...runner, cwd: '/', encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`mariadb-install-db failed: ${made.stderr}${made.stdout}`);
  const port = await freePort();
  const address = { host: '127.0.0.1', port, database: 'test' } as const;
  const settings = [
    '--no-defaults', // it must be first
    `--datadir=${data}`,
    `--tmpdir=${folder}`, // else it removes the temporary files of every other server at its start
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(folder, 'socket')}`,
    '--skip-name-resolve',
    '--max-connections=400',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=16M',
  ];

  async function sql(statement: string): Promise<readonly Record<string, unknown>[]> {
    const connection = await mysql.createConnection({ ...address, database: 'mysql', user: 'root' });
    connection.on('error', () => undefined);
    try {
      const [rows] = await connection.query(statement);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    } finally {
      await connection.end().catch(() => undefined);
    }
  }

  const isReady = (): Promise<boolean> =>
    sql('select 1').then(
      () => true,
      () => false,
    );
  const start = () => startProcess([findProgram('mariadbd') ?? 'mariadbd', ...settings], runner, isReady);
  let end = await start();
  await sql("delete from mysql.global_priv where User = ''"); // anonymous users shadow 'app'@'%' from localhost
  await sql('flush privileges');

  return {
    ...address,
    sql,
    async restart() {
      await end('SIGKILL');
      end = await start();
    },
    async stop() {
      await end('SIGTERM');
      removeFolder(folder);
    },
  };
}
