/**
 * ## What the client does
 *
 * - When the credential changes, `AUTH` is sent on the open connection: no command fails, and no subscription is lost. `drained` and
 *   `health()` report the old credential until the server has answered. `AUTH` waits behind a blocking command such as `BLPOP`: keep it
 *   shorter than the time until the old user is deleted, because `ACL DELUSER` ends the connections of the user. `resetpass` and `off` do not.
 * - Each reconnection waits until another connection has logged in with the credential, and until `deadlineMs` if the server refuses it.
 *   Commands wait in the client's queue.
 * - A connection that subscribes needs RESP3 to log in again; with RESP2 it keeps the old user, and `health()` reports it.
 * - `duplicate()` returns a client that follows, too. A client is ended by `rotation.close()`.
 * - Transactions by `multi()` are sent as a whole. ioredis's `multi({ pipeline: false })` delays `AUTH` until `exec`. In a `MULTI` that
 *   node-redis sends as a raw command, `AUTH` becomes a part of the transaction and adds a result: do not send one. A `WATCH` lives on,
 *   and its transaction is executed as the new user.
 * - With both clients, the listener for `error` is ours: add one to log. A change of the host needs a new client: use `attach`.
 *
 * ## Limits
 *
 * **node-redis sends queued commands behind the login without waiting for its answer** (6.3). If the server refuses the login, it runs
 * them as the user `default`. The verification prevents that, except if the password changes in the milliseconds between it and the
 * login. Turn the user off (`ACL SETUSER default off`): then these commands fail with `NOAUTH`. There is no such window if the old password stays
 * valid for a while: use alternating users, or two passwords of one user (`ACL SETUSER app >new`, later `ACL SETUSER app <old`).
 *
 * ## Pools, clusters and sentinels
 *
 * Use `attach`:
 *
 * ```ts
 * import type { Rotation } from '@secretkit/rotation';
 * import { createClientPool } from 'redis';
 *
 * export function openPool(rotation: Rotation<{ username: string; password: string }>) {
 *   return rotation.attach(
 *     async ({ username, password }) => {
 *       const socket = { reconnectStrategy: false } as const;
 *       const pool = createClientPool({ url: 'redis://127.0.0.1:6379', username, password, socket });
 *       pool.on('error', console.error);
 *       await pool.connect();
 *       return pool;
 *     },
 *     { verify: (pool) => pool.ping(), close: (pool) => pool.close() },
 *   );
 * }
 * ```
 *
 * @packageDocumentation
 */

export type { RedisLogin, RedisOptions } from '../redis/redis-login.js';
export type { RedisCredentialsProvider } from './node-redis-types.js';
export { redisClient } from './redis-client.js';
