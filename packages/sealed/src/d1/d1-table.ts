import { kindOf, own } from '@secretkit/core/provider';
import { sqliteError } from '../sqlite/sqlite-error.js';
import { type Statement, sqliteStatements } from '../sqlite/sqlite-statements.js';
import { refuseKv } from '../table/check-table.js';
import type { SecretTable } from '../table/secret-table.js';
import type { TableOptions } from '../table/table-name.js';

/** A binding of Cloudflare D1. */
export interface D1Binding {
  prepare(sql: string): D1Statement;
  batch(statements: D1Statement[]): Promise<readonly D1Result[]>;
}

/** A statement of D1. */
export interface D1Statement {
  bind(...values: (string | number | null)[]): D1Statement;
  all(): Promise<D1Result>;
}

/** The result of a statement of D1. */
export interface D1Result {
  readonly results?: readonly unknown[];
  readonly meta: { readonly changes?: number };
}

/**
 * Returns a table in Cloudflare D1. Apply `migrations/sqlite.sql` first. A `D1DatabaseSession` reads from replicas: give it the
 * constraint `first-primary` if a read must see the last write.
 * @param binding - The binding, such as `env.DB`.
 * @throws `TypeError` for another binding, such as one of Cloudflare KV, or a wrong name.
 * @example
 * ```ts
 * import { type D1Binding, d1Table } from '@secretkit/sealed/d1';
 *
 * export function tableOf(env: { readonly DB: D1Binding }) {
 *   return d1Table(env.DB);
 * }
 * ```
 */
export function d1Table(binding: D1Binding, options: TableOptions = {}): SecretTable {
  refuseKv('d1Table', binding);
  const { prepare, batch } = Object(binding) as Partial<D1Binding>;
  if (typeof prepare !== 'function' || typeof batch !== 'function') {
    throw new TypeError(`d1Table: binding must be a binding of D1, got ${kindOf(binding)}.`);
  }
  const prepared = ([sql, values]: Statement): D1Statement => binding.prepare(sql).bind(...values);
  const driver = {
    async all(statement: Statement) {
      const { results = [] } = await mapped(() => prepared(statement).all());
      return results;
    },
    async batch(statements: readonly Statement[]) {
      const results = await mapped(() => binding.batch(statements.map(prepared)));
      return results.map(({ meta }) => own(meta, 'changes') ?? 0);
    },
  };
  return sqliteStatements('d1Table', 'd1', driver, options);
}

async function mapped<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw sqliteError(error);
  }
}
