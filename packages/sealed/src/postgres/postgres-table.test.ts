import { describeProvider } from '@secretkit/conformance';

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migration } from '../../test/migration.js';
import { isTested, type PostgresServer, startPostgres } from '../../test/servers.js';
import { describeTable } from '../../test/table-cases.js';
import { tableHarness } from '../../test/table-harness.js';
import { type PostgresClient, postgresTable } from './postgres-table.js';

const token = { account: '', user: '', name: 'token' };

/** The server may end before a session has. */
function openPool(config: pg.PoolConfig): pg.Pool {
  const opened = new pg.Pool({ user: 'app', password: 'app', ...config });
  opened.on('error', () => undefined);
  opened.on('connect', (client) => client.on('error', () => undefined));
  return opened;
}

describe.skipIf(!isTested('initdb', 'postgres'))('PostgreSQL', () => {
  let server: PostgresServer;
  let pool: pg.Pool;

  beforeAll(async () => {
    server = await startPostgres();
    await server.sql("create role app login password 'app'");
    for (const statement of migration('postgres')) await server.sql(statement);
    await server.sql(
      'grant select, insert, update, delete on secretkit_secrets, secretkit_secrets_history to app',
    );
    const { host, port, database } = server;
    pool = openPool({ host, port, database, max: 10 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  async function open() {
    await pool.query('delete from secretkit_secrets');
    return postgresTable(pool);
  }

  describeTable('PostgreSQL', open, { describe, it });
  describeProvider('PostgreSQL', tableHarness(open), { describe, it });

  it.each([
    ['that is cut', 'name text collate "C"', 'name varchar(100)', 'name'],
    ['that is ordered by a language', 'name text collate "C"', 'name text', 'name'],
    [
      'that is missing',
      'record text collate "C" not null check (octet_length(record) <= 1000000),',
      '',
      'record',
    ],
  ])('refuses a table with a column %s', async (_, right, wrong, named) => {
    await server.sql('drop table if exists small, small_history');
    for (const statement of migration('postgres')) {
      if (statement.startsWith('alter')) continue;
      await server.sql(statement.replaceAll('secretkit_secrets', 'small').replaceAll(right, wrong));
    }
    await server.sql('grant select on small, small_history to app');
    const error: unknown = await postgresTable(pool, { table: 'small' })
      .read([token], {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(String(error)).toContain(`"small".${named}`);
    expect(String(error)).toContain('migration');
  });

  it.each([
    ['a wrong password', { password: 'CANARY-1' }, 'unauthenticated'],
    ['no server', { port: 1 }, 'unavailable'],
    ['no table', {}, 'invalid_argument'],
  ])('reports %s by its code', async (_, wrong, code) => {
    const { host, port, database } = server;
    const other = openPool({ host, port, database, ...wrong });
    const error: unknown = await postgresTable(other, { table: 'none' })
      .read([token], {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('CANARY');
    await other.end();
  });
});

it.each<[unknown, object]>([
  [undefined, {}],
  [{}, {}],
  [{ query() {} }, { table: 'a"; drop table b' }],
  [{ query() {} }, { tabel: 'a' }],
])('postgresTable refuses wrong arguments: %j %j', (client, options) => {
  expect(() => postgresTable(client as PostgresClient, options)).toThrow(/^postgresTable: /);
});
