import { kindOf } from '@secretkit/core/provider';
import { checkedOnce, columnSizes } from '../table/columns.js';
import { databaseError, type Meaning, meanings } from '../table/database-error.js';
import { inOrder } from '../table/in-order.js';
import type { RowHead, SecretRow, SecretTable } from '../table/secret-table.js';
import { type TableOptions, tableNames } from '../table/table-name.js';

/** A pool or a client of `pg`, or one like it. */
export interface PostgresClient {
  query(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A row, as `pg` returns it: a `bigint` is a text. */
interface StoredRow {
  readonly scope_account: string;
  readonly scope_user: string;
  readonly name: string;
  readonly version: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly record: string;
}

const keyColumns = 'scope_account, scope_user, name';
const headColumns = `${keyColumns}, version, created_at, expires_at`;
// A text of another type may be cut, and one of another collation may be folded, or be in another order.
const columnsOf = `select attname as name from pg_attribute join pg_collation on pg_collation.oid = attcollation
  where attrelid = to_regclass($1) and not attisdropped and atttypid = 'text'::regtype and collname in ('C', 'POSIX')`;
const ofKey = 'scope_account = $1 and scope_user = $2 and name = $3';

/**
 * Returns a table in PostgreSQL 12 or later. Apply `migrations/postgres.sql` first. Each method is one statement, so a pool in front
 * of the server may be in transaction mode.
 * @param client - A `Pool` of `pg`.
 * @throws `TypeError` for a client without `query`, or a wrong name.
 * @example
 * ```ts
 * import { type PostgresClient, postgresTable } from '@secretkit/sealed/postgres';
 *
 * export function tableOf(pool: PostgresClient) {
 *   return postgresTable(pool);
 * }
 * ```
 */
export function postgresTable(client: PostgresClient, options: TableOptions = {}): SecretTable {
  const { current, history } = tableNames('postgresTable', options, '"');
  if (typeof (Object(client) as Partial<PostgresClient>).query !== 'function') {
    throw new TypeError(`postgresTable: client must be a Pool of pg, got ${kindOf(client)}.`);
  }

  const statements = {
    read: `select ${headColumns}, record from unnest($1::text[], $2::text[], $3::text[]) with ordinality
      as wanted(scope_account, scope_user, name, at) join ${current} using (${keyColumns})`,
    insert: `insert into ${current} (${headColumns}, record, position) values ($1, $2, $3, $4, $5, $6, $7, 1)
      on conflict do nothing returning 1`,
    // The lock comes first: then the copy in the history is the row that is replaced.
    update: `with old as (
        select * from ${current} where ${ofKey} and version = $8
          and not exists (select from ${history} where ${ofKey} and version = $4) for update
      ), changed as (
        update ${current} set version = $4, created_at = $5, expires_at = $6, record = $7, position = old.position + 1
          from old where ${ofKey.replaceAll(/\w+ =/g, `${current}.$&`)} returning 1
      ), kept as (
        insert into ${history} (${headColumns}, record, position)
          select ${headColumns}, record, position from old where $9 > 1 and exists (select from changed)
      ), trimmed as (
        delete from ${history} where ${ofKey} and position <= (select position + 1 - $9 from old)
      ) select 1 from changed`,
    replace: `with a as (update ${current} set record = $5 where ${ofKey} and version = $4 and record = $6 returning 1),
      b as (update ${history} set record = $5 where ${ofKey} and version = $4 and record = $6 returning 1)
      select 1 from a union all select 1 from b`,
    remove: `delete from ${current} where ${ofKey} and version = $4 returning 1`,
    scope: `select ${headColumns} from ${current} where scope_account = $1 and scope_user = $2 and name > $3
      order by name limit $4`,
    all: `select ${headColumns} from ${current} where (${keyColumns}) > ($1, $2, $3) order by ${keyColumns} limit $4`,
    versions: `select ${headColumns}, record, position from ${current} where ${ofKey}
      union all select ${headColumns}, record, position from ${history} where ${ofKey} order by position desc`,
  };

  async function query(statement: string, values: readonly unknown[]): Promise<readonly StoredRow[]> {
    await check();
    return run(statement, values);
  }

  async function run(statement: string, values: readonly unknown[]): Promise<readonly StoredRow[]> {
    try {
      return (await client.query(statement, values)).rows as readonly StoredRow[]; // the statements name its columns
    } catch (error) {
      throw databaseError(error, meaningOf);
    }
  }

  const check = checkedOnce(async () => {
    const texts = Object.keys(columnSizes);
    const problems = await Promise.all(
      [current, history].map(async (table) => {
        const right = (await run(columnsOf, [table])).map(({ name }) => name);
        return texts.filter((column) => !right.includes(column)).map((column) => `${table}.${column}`);
      }),
    );
    return problems.flat();
  });

  return Object.freeze<SecretTable>({
    name: 'postgres',

    async read(keys) {
      const columns = [
        keys.map(({ account }) => account),
        keys.map(({ user }) => user),
        keys.map(({ name }) => name),
      ];
      return inOrder(keys, (await query(statements.read, columns)).map(rowOf));
    },

    async write(row, expected, { keepVersions }) {
      const { account, user, name, version, record, createdAt, expiresAt = null } = row;
      const key = [account, user, name];
      if ('record' in expected) {
        return (await query(statements.replace, [...key, version, record, expected.record])).length > 0;
      }
      const values = [...key, version, createdAt, expiresAt, record];
      if (expected.version === undefined) return (await query(statements.insert, values)).length > 0;
      return (await query(statements.update, [...values, expected.version, keepVersions])).length > 0;
    },

    async remove({ account, user, name }, expected) {
      return (await query(statements.remove, [account, user, name, expected])).length > 0;
    },

    async page({ scope, after, limit }) {
      const rows = scope
        ? await query(statements.scope, [scope.account, scope.user, after?.name ?? '', limit])
        : await query(statements.all, [after?.account ?? '', after?.user ?? '', after?.name ?? '', limit]);
      return rows.map(headOf);
    },

    async versions({ account, user, name }) {
      return (await query(statements.versions, [account, user, name])).map(rowOf);
    },
  });
}

function headOf({ scope_account, scope_user, name, version, created_at, expires_at }: StoredRow): RowHead {
  const expiresAt = expires_at === null ? undefined : Number(expires_at);
  return {
    account: scope_account,
    user: scope_user,
    name,
    version,
    createdAt: Number(created_at),
    expiresAt,
  };
}

function rowOf(stored: StoredRow): SecretRow {
  return { ...headOf(stored), record: stored.record };
}

/** By the SQLSTATE, or its class. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const byState: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['08', meanings.down],
  ['57P01', meanings.down],
  ['57P02', meanings.down],
  ['57P03', meanings.down],
  ['53', meanings.busy],
  ['53100', meanings.full],
  ['40', meanings.busy],
  ['55P03', meanings.busy],
  ['57014', meanings.slow],
  ['28', meanings.refused],
  ['42501', meanings.denied],
  ['25006', meanings.readOnly],
  ['42P01', meanings.noTable],
  ['42703', meanings.noTable],
  ['3F000', meanings.noTable],
  ['22001', meanings.cut],
  ['23514', meanings.cut],
]);

function meaningOf(code: unknown, { message }: Readonly<Record<string, unknown>>): Meaning | undefined {
  if (typeof code === 'string' && /^\w{5}$/.test(code))
    return byState.get(code) ?? byState.get(code.slice(0, 2));
  // pg's own errors have no code.
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    String(message),
  )
    ? meanings.down
    : undefined;
}
