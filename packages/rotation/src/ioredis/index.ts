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
 * **ioredis sends commands again that were in flight when the connection ended**, so an `INCR` may be executed twice. Set
 * `autoResendUnfulfilledCommands: false` if that does harm. A login that is refused fails no queued command.
 *
 * A cluster of ioredis follows node by node: put `login` into `redisOptions`. A new credential is accepted if no node refuses it, because ACLs are
 * those of a node. The connection that a cluster subscribes with takes the credential when it connects, and is not in `health()`. For
 *
 * @packageDocumentation
 */

export type { RedisLogin, RedisOptions } from '../redis/redis-login.js';
export { ioredisClient } from './ioredis-client.js';
