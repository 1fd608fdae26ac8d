import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProvider } from '@secretkit/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { migration } from '../../test/migration.js';
import { sqlite } from '../../test/open-sqlite.js';
import { describeTable } from '../../test/table-cases.js';
import { tableHarness } from '../../test/table-harness.js';
import { type SqliteDatabase, sqliteTable } from './sqlite-table.js';

const token = { account: '', user: '', name: 'token' };
const row = { ...token, version: 'v'.repeat(22), record: 'r', createdAt: 1, expiresAt: undefined };
const openDatabase = sqlite();

// Node 20 has no node:sqlite. There `.ci/run` installs better-sqlite3.
describe.skipIf(!openDatabase)('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secretkit-sqlite-'));
  const open = openDatabase ?? (() => expect.fail('there is no SQLite'));
  const database = openDatabase?.(join(folder, 'secrets'));
  for (const statement of migration('sqlite')) database?.exec(statement);
  afterAll(() => {
    database?.close();
    rmSync(folder, { recursive: true });
  });

  const openTable = () => {
    database?.exec('delete from secretkit_secrets; delete from secretkit_secrets_history');
    return sqliteTable(database!);
  };
  describeTable('SQLite', openTable, { describe, it });
  describeProvider('SQLite', tableHarness(openTable), { describe, it });

  it('reports failures by their codes', async () => {
    const codeOf = async (run: Promise<unknown>) =>
      ((await run.catch((thrown: unknown) => thrown)) as { code?: unknown }).code;
    const none = sqliteTable(database!, { table: 'none' });
    expect(await codeOf(none.read([token], {}))).toBe('invalid_argument');
    const long = { ...row, name: 'n'.repeat(1_025) };
    const table = openTable();
    expect(await codeOf(table.write(long, { version: undefined }, { keepVersions: 10 }))).toBe(
      'invalid_argument',
    );
    const other = open(join(folder, 'secrets'));
    other.exec('pragma busy_timeout = 0');
    database?.exec('begin immediate');
    const busy = sqliteTable(other);
    expect(await codeOf(busy.write(row, { version: undefined }, { keepVersions: 10 }))).toBe('unavailable');
    database?.exec('rollback');
    expect(await busy.write(row, { version: undefined }, { keepVersions: 10 })).toBe(true);
    other.exec('pragma query_only = 1');
    expect(await codeOf(busy.remove(row, row.version, {}))).toBe('unavailable');
    other.close();
  });
});

it.each([
  ['SQLITE_FULL', 'quota_exceeded'],
  ['SQLITE_IOERR_WRITE', 'unavailable'],
])('keeps the error of a statement after which SQLite itself has rolled back: %s', async (vendor, code) => {
  const run = (): never => {
    throw Object.assign(new Error('the statement failed'), { code: vendor });
  };
  const exec = (sql: string): void => {
    if (sql === 'rollback') throw new Error('cannot rollback - no transaction is active');
  };
  const table = sqliteTable({ exec, prepare: () => ({ run, all: run }) });
  const writing = table.write(row, { version: undefined }, { keepVersions: 10 });
  await expect(writing).rejects.toMatchObject({ code, details: { vendorCode: vendor } });
});

it.each<[unknown, object]>([
  [undefined, {}],
  [{ exec() {} }, {}],
  [{ exec() {}, prepare() {} }, { table: 'a"b' }],
])('sqliteTable refuses wrong arguments: %j %j', (database, options) => {
  expect(() => sqliteTable(database as SqliteDatabase, options)).toThrow(/^sqliteTable: /);
});
