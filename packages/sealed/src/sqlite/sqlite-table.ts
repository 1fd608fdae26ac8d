import { kindOf } from '@secretkit/core/provider';
import type { SecretTable } from '../table/secret-table.js';
import type { TableOptions } from '../table/table-name.js';
import { sqliteError } from './sqlite-error.js';
import { sqliteStatements } from './sqlite-statements.js';

/** A `Database` of better-sqlite3, or a `DatabaseSync` of `node:sqlite`. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

/** A statement of a `SqliteDatabase`. */
export interface SqliteStatement {
  all(...values: (string | number | null)[]): unknown[];
  run(...values: (string | number | null)[]): { readonly changes: number | bigint };
}

/**
 * Returns a table in SQLite 3.24 or later. Apply `migrations/sqlite.sql` first. Calls block the process, as those of the database do;
 * set its timeout, so that a writer waits for another process.
 * @param database - A `Database` of better-sqlite3, or a `DatabaseSync` of `node:sqlite`.
 * @throws `TypeError` for another database, or a wrong name.
 * @example
 * ```ts
 * import { type SqliteDatabase, sqliteTable } from '@secretkit/sealed/sqlite';
 *
 * export function tableOf(database: SqliteDatabase) {
 *   return sqliteTable(database);
 * }
 * ```
 */
export function sqliteTable(database: SqliteDatabase, options: TableOptions = {}): SecretTable {
  const { exec, prepare } = Object(database) as Partial<SqliteDatabase>;
  if (typeof exec !== 'function' || typeof prepare !== 'function') {
    const expected = 'database must be a Database of better-sqlite3 or a DatabaseSync of node:sqlite';
    throw new TypeError(`sqliteTable: ${expected}, got ${kindOf(database)}.`);
  }

  const driver = {
    async all([sql, values]: readonly [string, readonly (string | number | null)[]]) {
      return mapped(() => database.prepare(sql).all(...values));
    },
    async batch(statements: readonly (readonly [string, readonly (string | number | null)[]])[]) {
      return mapped(() => {
        database.exec('begin immediate'); // nothing else runs before the commit: there is no await
        try {
          const changes = statements.map(([sql, values]) =>
            Number(database.prepare(sql).run(...values).changes),
          );
          database.exec('commit');
          return changes;
        } catch (error) {
          rollBack(database);
          throw error;
        }
      });
    },
  };
  return sqliteStatements('sqliteTable', 'sqlite', driver, options);
}

function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('rollback');
  } catch {
    // After SQLITE_FULL, SQLITE_IOERR and SQLITE_NOMEM there is no transaction any more; the caller needs the first error.
  }
}

function mapped<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw sqliteError(error);
  }
}
