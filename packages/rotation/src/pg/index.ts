/**
 * ## What the pool does
 *
 * - It is an instance of the `pg.Pool` that it is given, so libraries that take a pool take it. A library that makes its pool itself
 *   takes the class of `pgPoolClass(pg, rotation)`; `rotation.close()` ends its pools.
 * - A connection takes user and password when it is made. A connection with a replaced credential is closed when it is checked out, or
 *   at once if it is idle. A transaction in progress ends first: `health()` reports it until then.
 * - While logins are refused, `connect` and `query` wait and are repeated until `deadlineMs`. A query that was sent is never repeated.
 * - `end()` answers the queries that wait, for at most `closeMs`; then connections in use are ended. pg's own `end()` never answers
 *   [queued queries](https://github.com/brianc/node-postgres/issues/1980).
 * - Errors of idle connections are ignored, and the connection is replaced: the pool has a listener for `error`, so a restart of the
 *   server does not end the process.
 * - PostgreSQL closes no session when a password changes or a role loses `LOGIN`. After `DROP ROLE` a session is of no use: let the
 *   drain end before you drop or terminate the old role.
 *
 * - A failure with 42501 or 42704 on a connection with a replaced credential means that its role has lost its privileges or was dropped:
 *   the event `ended` reports it, and the connection is closed when it is released. With the current credential it is a matter of the
 *   application.
 *
 * ## Libraries over `pg`
 *
 * | library | how it takes the pool |
 * | --- | --- |
 * | Drizzle | `drizzle(pool)` |
 * | Knex 3.3 or later | `knex({ client: 'pg', connectionPool: pool })` |
 * | Prisma, `adapter-pg` | `new PrismaPg(pool)`; the pool must be of the same `pg`, because the adapter checks its class |
 * | TypeORM | `driver: { ...pg, Pool: await pgPoolClass(pg, rotation) }`, without user and password |
 *
 * @packageDocumentation
 */

export type { DatabaseCredential } from '../database-credential.js';
export type { PoolOptions } from '../pool-options.js';
export { type PgPackage, pgPool, pgPoolClass } from './pg-pool.js';
