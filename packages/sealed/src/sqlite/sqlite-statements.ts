import { inOrder } from '../table/in-order.js';
import type { RowHead, RowKey, SecretRow, SecretTable } from '../table/secret-table.js';
import { type TableOptions, tableNames } from '../table/table-name.js';

/** A statement and the values of its parameters. */
export type Statement = readonly [sql: string, values: readonly (string | number | null)[]];

/** A database with the SQL of SQLite. Both methods must reject with a `SecretError`. */
export interface SqliteDriver {
  /** Returns the rows of a query. */
  all(statement: Statement): Promise<readonly unknown[]>;
  /** Runs all statements as one transaction. Returns the number of rows that each has changed. */
  batch(statements: readonly Statement[]): Promise<readonly number[]>;
}

interface StoredRow {
  readonly scope_account: string;
  readonly scope_user: string;
  readonly name: string;
  readonly version: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly record: string;
}

const keyColumns = 'scope_account, scope_user, name';
const headColumns = `${keyColumns}, version, created_at, expires_at`;
const rowColumns = `${headColumns}, record, position`;
const ofKey = 'scope_account = ? and scope_user = ? and name = ?';
const keysPerQuery = 30; // D1 allows 100 parameters

/** Returns a table over SQLite's SQL. Each method is one statement or one transaction without a read before it. */
export function sqliteStatements(
  owner: string,
  name: string,
  driver: SqliteDriver,
  options: TableOptions,
): SecretTable {
  const { current, history } = tableNames(owner, options, '"');

  async function select(...statement: Statement): Promise<readonly StoredRow[]> {
    return (await driver.all(statement)) as readonly StoredRow[]; // the statements name its columns
  }

  return Object.freeze<SecretTable>({
    name,

    async read(keys) {
      const parts: (readonly RowKey[])[] = [];
      for (let at = 0; at < keys.length; at += keysPerQuery) parts.push(keys.slice(at, at + keysPerQuery));
      const found = await Promise.all(
        parts.map((part) => {
          const places = part.map(() => `(${ofKey})`).join(' or ');
          return select(`select ${rowColumns} from ${current} where ${places}`, part.flatMap(keyOf));
        }),
      );
      return inOrder(keys, found.flat().map(rowOf));
    },

    async write(row, expected, { keepVersions }) {
      const { version, record, createdAt, expiresAt = null } = row;
      const key = keyOf(row);
      if ('record' in expected) {
        const changed = await driver.batch(
          [current, history].map((table): Statement => {
            const sql = `update ${table} set record = ? where ${ofKey} and version = ? and record = ?`;
            return [sql, [record, ...key, version, expected.record]];
          }),
        );
        return changed.some((rows) => rows > 0);
      }
      if (expected.version === undefined) {
        const sql = `insert into ${current} (${rowColumns}) values (?, ?, ?, ?, ?, ?, ?, 1) on conflict do nothing`;
        const [rows = 0] = await driver.batch([[sql, [...key, version, createdAt, expiresAt, record]]]);
        return rows > 0;
      }
      const isExpected = `${ofKey} and version = ? and not exists (select 1 from ${history} where ${ofKey} and version = ?)`;
      const expectation = [...key, expected.version, ...key, version];
      const [, rows = 0] = await driver.batch([
        [
          `insert into ${history} (${rowColumns}) select ${rowColumns} from ${current} where ${isExpected}`,
          expectation,
        ],
        [
          `update ${current} set version = ?, created_at = ?, expires_at = ?, record = ?, position = position + 1 where ${isExpected}`,
          [version, createdAt, expiresAt, record, ...expectation],
        ],
        [
          `delete from ${history} where ${ofKey} and position <= (select position from ${current} where ${ofKey}) - ?`,
          [...key, ...key, keepVersions],
        ],
      ]);
      return rows > 0;
    },

    async remove(row, expected) {
      const key = keyOf(row);
      const [rows = 0] = await driver.batch([
        [`delete from ${current} where ${ofKey} and version = ?`, [...key, expected]],
        [
          `delete from ${history} where ${ofKey} and not exists (select 1 from ${current} where ${ofKey})`,
          [...key, ...key],
        ],
      ]);
      return rows > 0;
    },

    async page({ scope, after, limit }) {
      const [account, user, last] = keyOf(after ?? { account: '', user: '', name: '' });
      const rows = scope
        ? await select(
            `select ${headColumns} from ${current} where scope_account = ? and scope_user = ? and name > ? order by name limit ?`,
            [scope.account, scope.user, last, limit],
          )
        : await select(
            `select ${headColumns} from ${current} where (${keyColumns}) > (?, ?, ?) order by ${keyColumns} limit ?`,
            [account, user, last, limit],
          );
      return rows.map(headOf);
    },

    async versions(row) {
      const one = (table: string) => `select ${rowColumns} from ${table} where ${ofKey}`;
      const sql = `${one(current)} union all ${one(history)} order by position desc`;
      return (await select(sql, [...keyOf(row), ...keyOf(row)])).map(rowOf);
    },
  });
}

function keyOf({ account, user, name }: RowKey): [string, string, string] {
  return [account, user, name];
}

function headOf({ scope_account, scope_user, name, version, created_at, expires_at }: StoredRow): RowHead {
  const key = { account: scope_account, user: scope_user, name };
  return { ...key, version, createdAt: created_at, expiresAt: expires_at ?? undefined };
}

function rowOf(stored: StoredRow): SecretRow {
  return { ...headOf(stored), record: stored.record };
}
