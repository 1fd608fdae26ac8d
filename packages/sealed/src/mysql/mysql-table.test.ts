import { describeProvider } from '@secretkit/conformance';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migration } from '../../test/migration.js';
import { isTested, type MariadbServer, startMariadb } from '../../test/servers.js';
import { describeTable } from '../../test/table-cases.js';
import { tableHarness } from '../../test/table-harness.js';
import { columnSizes } from '../table/columns.js';
import { type MysqlPool, mysqlTable } from './mysql-table.js';

const token = { account: '', user: '', name: 'token' };

describe.skipIf(!isTested('mariadb-install-db', 'mariadbd'))('MariaDB', () => {
  let server: MariadbServer;
  let pool: mysql.Pool;
  const login = { user: 'app', password: 'app' };

  beforeAll(async () => {
    server = await startMariadb();
    await server.sql("set global sql_mode = ''"); // the mode in which MariaDB cuts texts
    await server.sql('create database secrets');
    await server.sql("create user 'app'@'%' identified by 'app'");
    await server.sql(
      "grant select, insert, update, delete, create, drop, references on secrets.* to 'app'@'%'",
    );
    const { host, port } = server;
    pool = mysql.createPool({ host, port, database: 'secrets', ...login, connectionLimit: 10 });
    for (const statement of migration('mysql')) await pool.query(statement);
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  async function open() {
    await pool.query('delete from secretkit_secrets');
    return mysqlTable(pool);
  }

  describeTable('MariaDB', open, { describe, it });
  describeProvider('MariaDB', tableHarness(open), { describe, it });

  it.each([
    ['of another character set', 'varbinary(255)', 'varchar(1024)', 'mediumblob', '`name`'],
    ['that is too small', 'varbinary(255)', 'varbinary(255)', 'mediumblob', '`name`'],
    ['that cuts records', 'varbinary(255)', 'varbinary(1024)', 'blob', '`record`'],
  ])('refuses a table with a column %s', async (_, scope, name, record, named) => {
    await pool.query('drop table if exists small_history, small');
    const [current = '', history = ''] = migration('mysql').map((statement) =>
      statement
        .replaceAll('secretkit_secrets', 'small')
        .replaceAll('varbinary(255)', scope)
        .replaceAll('varbinary(1024)', name)
        .replaceAll('mediumblob', record),
    );
    await pool.query(current);
    await pool.query(history);
    const error: unknown = await mysqlTable(pool, { table: 'small' })
      .read([token], {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(String(error)).toContain(`\`small\`.${named.replaceAll('`', '')}`);
    expect(String(error)).toContain('migration');
  });

  it('reads texts in any character set of the connection', async () => {
    const { host, port } = server;
    const latin = mysql.createPool({ host, port, database: 'secrets', ...login, charset: 'latin1' });
    const table = await open();
    const row = {
      ...token,
      name: 'ключ 🔑',
      version: 'v'.repeat(22),
      record: 'r',
      createdAt: 1,
      expiresAt: undefined,
    };
    await table.write(row, { version: undefined }, { keepVersions: 10 });
    expect(await mysqlTable(latin).read([row], {})).toEqual([row]);
    await latin.end();
  });

  it.each([
    ['a wrong password', { password: 'CANARY-1' }, 'unauthenticated'],
    ['no server', { port: 1 }, 'unavailable'],
    ['no database', { database: 'none' }, 'permission_denied'],
  ])('reports %s by its code', async (_, wrong, code) => {
    const { host, port } = server;
    const other = mysql.createPool({ host, port, database: 'secrets', ...login, ...wrong });
    const error: unknown = await mysqlTable(other)
      .read([token], {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('CANARY');
    await other.end().catch(() => undefined); // mysql2 repeats the failure of the connection
  });
});

it.each<[unknown, object]>([
  [undefined, {}],
  [{ query() {} }, {}],
  [{ query() {}, getConnection() {} }, { table: 'a; drop table b' }],
  [{ query() {}, getConnection() {} }, { tabel: 'a' }],
])('mysqlTable refuses wrong arguments: %j %j', (pool, options) => {
  expect(() => mysqlTable(pool as MysqlPool, options)).toThrow(/^mysqlTable: /);
});

it('returns a name that is not UTF-8 as a text that no ref has, and finds its row by that text', async () => {
  const sizes = Object.entries(columnSizes).map(([name, size]) => ({ name, size }));
  const stored = {
    account: '',
    user: '',
    name: 'C3FF',
    version: 'v',
    created: 1,
    expires: null,
    record: 'r',
  };
  const asked: (readonly unknown[])[] = [];
  const query = async (sql: string, values: unknown[] = []) => {
    if (sql.includes('information_schema')) return [sizes] as const;
    asked.push(values);
    return [[{ ...stored, name: '61' }, stored]] as const;
  };
  const table = mysqlTable({ query, getConnection: () => Promise.reject(new Error('none')) });
  const [first, other] = await table.page({ limit: 10 }, {});
  expect([first?.name, other?.name]).toEqual(['a', '\udcc3\udcff']);
  await table.versions(other!, {});
  expect(asked.at(-1)).toEqual(['', '', 'c3ff', '', '', 'c3ff']);
});
