/**
 * ## What the client does
 *
 * `postgresClient` of `@secretkit/rotation/postgres` makes a client of `postgres` for each credential, and swaps it after a verified login:
 *
 * - `use` reserves a connection, repeats a login that is refused, and runs once. A query of `db.sql` is not repeated, because postgres.js
 *   does not show whether it was sent. A reserved connection has no `begin`: send `begin` and `commit`.
 * - The password is a string. postgres.js waits for ever if its `pass` function rejects.
 * - `fetch_types: false` is refused: `reserve()` of postgres.js 3.4.9 never settles then.
 * - A reserved connection that is lost must not be released, because postgres.js would use it again, which ends the process. `use` does not
 *   release it if `run` rejects with the failure. Let it reject.
 *
 * @packageDocumentation
 */

export type { DatabaseCredential } from '../database-credential.js';
export type { PoolOptions } from '../pool-options.js';
export {
  type PostgresClient,
  type PostgresLogin,
  type PostgresSql,
  postgresClient,
  type ReservedSql,
} from './postgres-client.js';
