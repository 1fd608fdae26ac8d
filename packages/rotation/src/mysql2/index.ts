/**
 * ## What the pool does
 *
 * `mysqlPool` of `@secretkit/rotation/mysql2` does the same for `mysql2` 3.24 or later: with `mysql2` its pool takes callbacks, with
 * `mysql2/promise` it returns promises.
 *
 * - `getConnection`, `query` and `execute` repeat a login that is refused with 1045 or 1698, or by a locked account. 1044 is not repeated: the user may not use
 *   the database.
 * - `end()` waits for connections in use, for at most `closeMs`; mysql2's own `end()` breaks their transactions.
 * - `changeUser` resets the session. The connection gets the pool's user back only by a new login: destroy it after use.
 * - MySQL and MariaDB close no session when a user is altered, locked or dropped. MariaDB accepts two passwords at a time with
 *   `IDENTIFIED VIA mysql_native_password USING … OR mysql_native_password USING …`: then no login is refused at all.
 *
 * @packageDocumentation
 */

export type { DatabaseCredential } from '../database-credential.js';
export type { PoolOptions } from '../pool-options.js';
export { type MysqlPackage, mysqlPool } from './mysql-pool.js';
