import { checkOptions, kindOf } from '@secretkit/core/provider';

/** Options of a table in a database. */
export interface TableOptions {
  /**
   * The name of the table, with its schema if it is not the default one. The older versions are in a table whose name ends with
   * `_history`. A letter or `_`, then up to 50 of A–Z, a–z, 0–9 and `_`, for each part. @defaultValue `secretkit_secrets`
   */
  readonly table?: string;
}

/** Returns the quoted names of the two tables. @throws `TypeError` for a name that is not plain. */
export function tableNames(
  owner: string,
  options: TableOptions,
  quote: '"' | '`',
): { readonly current: string; readonly history: string } {
  const { table = 'secretkit_secrets' } = checkOptions(owner, options, ['table']);
  if (typeof table !== 'string' || !/^([a-z_]\w{0,50}\.)?[a-z_]\w{0,50}$/i.test(table)) {
    const expected = 'table must be a name of letters, digits and "_", which may follow a schema and a dot';
    throw new TypeError(
      `${owner}: ${expected}, got ${typeof table === 'string' ? 'another text' : kindOf(table)}.`,
    );
  }
  const quoted = (name: string) =>
    name
      .split('.')
      .map((part) => quote + part + quote)
      .join('.');
  return { current: quoted(table), history: quoted(`${table}_history`) };
}
