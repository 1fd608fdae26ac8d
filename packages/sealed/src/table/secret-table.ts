/** The address of a secret in a table. A text is empty where the ref has no such field. Tables compare the bytes of the texts. */
export interface RowKey {
  readonly account: string;
  readonly user: string;
  readonly name: string;
}

/** One version of a secret, without its record. */
export interface RowHead extends RowKey {
  /** 22 characters of A–Z, a–z, 0–9, `-` and `_`, which no other version of the name has. */
  readonly version: string;
  /** In epoch milliseconds. */
  readonly createdAt: number;
  /** In epoch milliseconds; `undefined` for a secret that does not expire. */
  readonly expiresAt: number | undefined;
}

/** One version of a secret, as a table stores it. */
export interface SecretRow extends RowHead {
  /** ASCII text of at most `maxRecordSize` characters. */
  readonly record: string;
}

/**
 * What a write must find: the current version (`undefined`: no row of this key), or the record of the row's own version, current or
 * not, which it replaces.
 */
export type Expected = { readonly version: string | undefined } | { readonly record: string };

/** A part of a table, ordered by the bytes of account, user and name. */
export interface PageQuery {
  /** Only the keys of exactly this scope. Absent for all. */
  readonly scope?: { readonly account: string; readonly user: string };
  /** The last key of the page before. */
  readonly after?: RowKey;
  readonly limit: number;
}

/** The context of one call of a table. */
export interface TableCall {
  /** Ends the wait of the caller. A table without a way to cancel a query ignores it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A table of your own. Each method must be one atomic step, and must reject with a `SecretError`: any other error reaches the
 * application as `unknown`, without its message.
 */
export interface SecretTable {
  /** The database in one word, for messages. */
  readonly name: string;
  /** Must return the current row of each key, in order. */
  read(keys: readonly RowKey[], call: TableCall): Promise<readonly (SecretRow | undefined)[]>;
  /**
   * Must return whether the row was written. With an expected version it becomes the current one, unless the key already has its
   * version; of the older ones the newest `keepVersions - 1` stay. With an expected record it changes only that record.
   */
  write(
    row: SecretRow,
    expected: Expected,
    call: TableCall & { readonly keepVersions: number },
  ): Promise<boolean>;
  /** Must remove all versions if the current one is `expected`, and return whether it did. */
  remove(key: RowKey, expected: string, call: TableCall): Promise<boolean>;
  /** Must return the current rows, without their records. */
  page(query: PageQuery, call: TableCall): Promise<readonly RowHead[]>;
  /** Must return the current row and the older ones of a key, newest first. */
  versions(key: RowKey, call: TableCall): Promise<readonly SecretRow[]>;
}
