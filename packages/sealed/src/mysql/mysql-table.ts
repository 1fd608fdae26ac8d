import { isSecretError, kindOf, own } from '@secretkit/core/provider';
import { checkedOnce, columnSizes } from '../table/columns.js';
import { databaseError, type Meaning, meanings } from '../table/database-error.js';
import { inOrder } from '../table/in-order.js';
import type { RowHead, RowKey, SecretRow, SecretTable } from '../table/secret-table.js';
import { type TableOptions, tableNames } from '../table/table-name.js';
import { fromHex, toHex } from './hex.js';

/** A connection of a `MysqlPool`. */
export interface MysqlConnection {
  query(sql: string, values?: unknown[]): Promise<readonly [unknown, ...unknown[]]>;
  release(): void;
  destroy(): void;
}

/** A pool of `mysql2/promise`, or one like it. */
export interface MysqlPool {
  query(sql: string, values?: unknown[]): Promise<readonly [unknown, ...unknown[]]>;
  getConnection(): Promise<MysqlConnection>;
}

/** A row, as the statements name its columns. Keys are in hexadecimal, so that the character set of the connection has no effect. */
interface StoredRow {
  readonly account: string;
  readonly user: string;
  readonly name: string;
  readonly version: string;
  readonly created: number | string;
  readonly expires: number | string | null;
  readonly record: string;
  readonly position: number | string;
}

const ofKey = 'scope_account = unhex(?) and scope_user = unhex(?) and name = unhex(?)';
const head = `hex(scope_account) as account, hex(scope_user) as user, hex(name) as name, convert(version using latin1) as version,
  created_at as created, expires_at as expires`;
const full = `${head}, convert(record using latin1) as record, position`;
const columns = 'scope_account, scope_user, name, version, created_at, expires_at, record, position';
const maxAttempts = 10;

/**
 * Returns a table in MySQL 8, or in MariaDB 10.5 or later. Apply `migrations/mysql.sql` first.
 * @param pool - A pool of `mysql2/promise`.
 * @throws `TypeError` for a pool without `query` and `getConnection`, or a wrong name.
 * @example
 * ```ts
 * import { type MysqlPool, mysqlTable } from '@secretkit/sealed/mysql';
 *
 * export function tableOf(pool: MysqlPool) {
 *   return mysqlTable(pool);
 * }
 * ```
 */
export function mysqlTable(pool: MysqlPool, options: TableOptions = {}): SecretTable {
  const { current, history } = tableNames('mysqlTable', options, '`');
  const { query, getConnection } = Object(pool) as Partial<MysqlPool>;
  if (typeof query !== 'function' || typeof getConnection !== 'function') {
    throw new TypeError(`mysqlTable: pool must be a pool of mysql2/promise, got ${kindOf(pool)}.`);
  }

  const check = checkedOnce(async () => {
    const problems = await Promise.all(
      [current, history].map(async (table) => {
        const parts = table.replaceAll('`', '').split('.');
        const rows = (await run((sql, values) => pool.query(sql, values), columnsOf, [
          parts.length > 1 ? parts[0] : null,
          parts.at(-1),
        ])) as { readonly name: string; readonly size: number | string }[];
        const isRight = (column: string, size: number): boolean =>
          rows.some((row) => row.name === column && Number(row.size) >= size);
        return Object.entries(columnSizes)
          .filter(([column, size]) => !isRight(column, size))
          .map(([column]) => `${table}.${column}`);
      }),
    );
    return problems.flat();
  });

  async function select(sql: string, values: unknown[]): Promise<readonly StoredRow[]> {
    await check();
    return (await run((text, each) => pool.query(text, each), sql, values)) as readonly StoredRow[];
  }

  async function change(sql: string, values: unknown[]): Promise<boolean> {
    await check();
    return again(async () => {
      const result = await run((text, each) => pool.query(text, each), sql, values);
      return (result as { readonly affectedRows: number }).affectedRows > 0;
    });
  }

  /** Runs the work on one connection, which it locks no longer than it must. */
  async function inTransaction(
    work: (query: MysqlConnection['query']) => Promise<boolean>,
  ): Promise<boolean> {
    await check();
    return again(async () => {
      const connection = await pool.getConnection().catch((error: unknown) => {
        throw databaseError(error, meaningOf);
      });
      const send = (sql: string, values: unknown[] = []) =>
        run((text, each) => connection.query(text, each), sql, values).then((result) => [result] as const);
      try {
        await send('set transaction isolation level read committed'); // the next one only: no locks between rows
        await send('start transaction');
        const result = await work(send);
        await send('commit');
        connection.release();
        return result;
      } catch (error) {
        await send('rollback').then(
          () => connection.release(),
          () => connection.destroy(),
        );
        throw error;
      }
    });
  }

  return Object.freeze<SecretTable>({
    name: 'mysql',

    async read(keys) {
      if (keys.length === 0) return [];
      const sql = `select ${full} from ${current} where ${keys.map(() => `(${ofKey})`).join(' or ')}`;
      return inOrder(keys, (await select(sql, keys.flatMap(keyOf))).map(rowOf));
    },

    async write(row, expected, { keepVersions }) {
      const { version, record, createdAt, expiresAt = null } = row;
      const key = keyOf(row);
      if ('record' in expected) {
        const values = [record, ...key, version, expected.record];
        const replace = (table: string) =>
          change(`update ${table} set record = ? where ${ofKey} and version = ? and record = ?`, values);
        return (await replace(current)) || replace(history); // in this order: a row moves to the history
      }
      if (expected.version === undefined) {
        const sql = `insert into ${current} (${columns}) values (unhex(?), unhex(?), unhex(?), ?, ?, ?, ?, 1)`;
        return change(sql, [...key, version, createdAt, expiresAt, record]);
      }
      return inTransaction(async (send) => {
        const lock = `select position from ${current} where ${ofKey} and version = ? for update`;
        const [[old]] = (await send(lock, [...key, expected.version])) as [StoredRow[]];
        if (!old) return false;
        const same = `select 1 from ${history} where ${ofKey} and version = ?`;
        const [[older]] = (await send(same, [...key, version])) as [StoredRow[]];
        if (older) return false;
        await send(
          `insert into ${history} (${columns}) select ${columns} from ${current} where ${ofKey}`,
          key,
        );
        await send(
          `update ${current} set version = ?, created_at = ?, expires_at = ?, record = ?, position = position + 1
            where ${ofKey}`,
          [version, createdAt, expiresAt, record, ...key],
        );
        const oldest = Number(old.position) + 1 - keepVersions;
        await send(`delete from ${history} where ${ofKey} and position <= ?`, [...key, oldest]);
        return true;
      });
    },

    async remove(key, expected) {
      return change(`delete from ${current} where ${ofKey} and version = ?`, [...keyOf(key), expected]);
    },

    async page({ scope, after, limit }) {
      if (scope) {
        const [account, user, name] = keyOf({ ...scope, name: after?.name ?? '' });
        const where = 'scope_account = unhex(?) and scope_user = unhex(?) and name > unhex(?)';
        const sql = `select ${head} from ${current} where ${where} order by scope_account, scope_user, ${current}.name limit ?`;
        return (await select(sql, [account, user, name, limit])).map(headOf);
      }
      const [account, user, name] = keyOf(after ?? { account: '', user: '', name: '' });
      // A comparison of rows would not use the index.
      const where = `scope_account > unhex(?) or (scope_account = unhex(?) and scope_user > unhex(?))
        or (scope_account = unhex(?) and scope_user = unhex(?) and name > unhex(?))`;
      const sql = `select ${head} from ${current} where ${where} order by scope_account, scope_user, ${current}.name limit ?`;
      return (await select(sql, [account, account, user, account, user, name, limit])).map(headOf);
    },

    async versions(key) {
      const one = (table: string) => `select ${full} from ${table} where ${ofKey}`;
      const sql = `${one(current)} union all ${one(history)} order by position desc`;
      return (await select(sql, [...keyOf(key), ...keyOf(key)])).map(rowOf);
    },
  });
}

// Types that compare bytes.
const columnsOf = `select column_name as name, character_octet_length as size from information_schema.columns
  where table_schema = coalesce(?, database()) and table_name = ? and data_type in ('varbinary', 'mediumblob', 'longblob')`;

function keyOf({ account, user, name }: RowKey): [string, string, string] {
  return [toHex(account), toHex(user), toHex(name)];
}

function headOf({ account, user, name, version, created, expires }: StoredRow): RowHead {
  const key = { account: fromHex(account), user: fromHex(user), name: fromHex(name) };
  const expiresAt = expires === null ? undefined : Number(expires);
  return { ...key, version, createdAt: Number(created), expiresAt };
}

function rowOf(stored: StoredRow): SecretRow {
  return { ...headOf(stored), record: stored.record };
}

async function run(query: MysqlConnection['query'], sql: string, values: unknown[]): Promise<unknown> {
  try {
    const [result] = await query(sql, values);
    return result;
  } catch (error) {
    throw databaseError(error, meaningOf);
  }
}

/** Repeats work that a deadlock has rolled back. Returns `false` if another writer has added the key. */
async function again(work: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const vendorCode = isSecretError(error) ? own(error.details, 'vendorCode') : undefined;
      if (vendorCode === 'ER_DUP_ENTRY') return false;
      if (vendorCode !== 'ER_LOCK_DEADLOCK' || attempt === maxAttempts) throw error;
    }
  }
}

/** By the name of the error. https://mariadb.com/kb/en/mariadb-error-codes/ */
const byCode: ReadonlyMap<unknown, Meaning> = new Map<unknown, Meaning>([
  ['PROTOCOL_CONNECTION_LOST', meanings.down],
  ['ER_SERVER_SHUTDOWN', meanings.down],
  ['ER_CON_COUNT_ERROR', meanings.busy],
  ['ER_USER_LIMIT_REACHED', meanings.busy],
  ['ER_TOO_MANY_USER_CONNECTIONS', meanings.busy],
  ['ER_LOCK_DEADLOCK', meanings.busy],
  ['ER_LOCK_WAIT_TIMEOUT', meanings.busy],
  ['ER_DUP_ENTRY', meanings.busy],
  ['ER_QUERY_TIMEOUT', meanings.slow],
  ['ER_QUERY_INTERRUPTED', meanings.slow],
  ['ER_STATEMENT_TIMEOUT', meanings.slow],
  ['ER_ACCESS_DENIED_ERROR', meanings.refused],
  ['ER_DBACCESS_DENIED_ERROR', meanings.denied],
  ['ER_TABLEACCESS_DENIED_ERROR', meanings.denied],
  ['ER_COLUMNACCESS_DENIED_ERROR', meanings.denied],
  ['ER_OPTION_PREVENTS_STATEMENT', meanings.readOnly],
  ['ER_RECORD_FILE_FULL', meanings.full],
  ['ER_DISK_FULL', meanings.full],
  ['ER_NO_SUCH_TABLE', meanings.noTable],
  ['ER_BAD_FIELD_ERROR', meanings.noTable],
  ['ER_BAD_DB_ERROR', meanings.noTable],
  ['ER_DATA_TOO_LONG', meanings.cut],
  ['ER_NET_PACKET_TOO_LARGE', meanings.cut],
]);

function meaningOf(code: unknown): Meaning | undefined {
  return byCode.get(code);
}
