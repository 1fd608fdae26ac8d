/**
 * ## How a rotation goes
 *
 * `attach` works with every client: `make` builds one from the credential, `verify` uses it once, `close` closes it. When the store has a
 * new credential:
 *
 * 1. A new client is made and verified. If that fails, the old one stays, and the new credential is tried again after 1 to 60 seconds.
 * 2. New work uses the new client. `use` counts the work of the old one, which is closed when that has ended, or after `drainMs`.
 * 3. If the server refuses both credentials, the new one is taken at once: the store is right more often than a password that is dead.
 *
 * A rotation begins when the cache reports a new value (any read finds it, or `watchMs`), when the store's `refreshAt` has passed, or when
 * the server refuses a login. Put a cache in the stack.
 *
 * ## MongoDB
 *
 * MongoDB's client has a static user and password: let `attach` replace the whole client. This recipe is not proved like the other
 * clients, because no MongoDB with authentication runs in our tests. With AWS's or Entra's identities use the client's own
 * `MONGODB-AWS` and `MONGODB-OIDC`.
 *
 * ```js
 * import { MongoClient } from 'mongodb';
 *
 * const mongo = await rotation.attach(
 *   ({ username, password }) => new MongoClient('mongodb://127.0.0.1', { auth: { username, password } }),
 *   {
 *     verify: (client) => client.db().command({ connectionStatus: 1 }),
 *     close: (client) => client.close(),
 *   },
 * );
 * await mongo.use((client) => client.db('shop').collection('orders').findOne());
 * ```
 *
 * Pass the client to work for as long as `use` runs; a cursor or a session does not outlive it by more than `drainMs`.
 *
 * ## Keys with overlap
 *
 * `verifyWith(keys, verify)` accepts what was signed with the current key or the one before, such as webhooks and JWTs:
 *
 * ```ts
 * import type { SecretsReader } from '@secretkit/core';
 * import { verifyWith } from '@secretkit/rotation';
 * import Stripe from 'stripe';
 *
 * const { webhooks } = new Stripe('sk_test_example');
 *
 * export async function readEvent(secrets: SecretsReader, payload: string, signature: string) {
 *   const { current, previous } = await secrets.getMany({
 *     current: 'webhook-key',
 *     previous: 'webhook-key-previous',
 *   });
 *   return verifyWith([current, previous], (key) => webhooks.constructEvent(payload, signature, key));
 * }
 * ```
 *
 * Every key is tried, so the duration does not show which one was right; `verify` itself must compare in constant time, as Stripe's
 * `webhooks` and `jose` do. Keep the two keys in two secrets: AWS's stage `AWSPREVIOUS` belongs to the whole secret, so in a JSON of many keys
 * the rotation of one would end the overlap of another.
 *
 * ## Refused logins
 *
 * `connect` of an attached client, and the pools, repeat a login that the server refuses, because no query was sent yet. Each refusal reads
 * the store again and verifies a new credential once. After a refusal one login at a time is tried and others wait, because some servers lock
 * accounts. At `deadlineMs` the caller gets the server's own failure. So a password that is changed in the server before the store, or
 * after it, fails no query, if both agree within `deadlineMs`.
 *
 * A store that is down is read once a second. Its outage fails no query either if it ends within `deadlineMs`; so set `openMs` of a circuit
 * breaker, which ends the reads for 10 seconds or more, below `deadlineMs`: `recommended({ circuitBreaker: { openMs: 1_000 } })`.
 *
 * `use` runs once: work of which a part may be done is never repeated. Call `use` of the rotation itself for a request that is refused as a
 * whole, as HTTP does: it runs again with another credential, once.
 *
 * Refused logins are recognised by code, also in a `cause`, an `AggregateError` or the error of an ORM: PostgreSQL's 28P01 and 28000,
 * MySQL's 1045 and 1698 (1044 is about a database, not a credential) and locked accounts (3118, in MariaDB 4151), Redis's WRONGPASS and NOAUTH, and others that `secrets.use` knows.
 *
 * ## Events and health
 *
 * | event | |
 * | --- | --- |
 * | `rotating` | the store has a new credential, and a client verifies it |
 * | `swapped` | new work uses it; `verified: false` if the server refused both |
 * | `drained` | the work with the old one has ended, or `drainMs` has passed: `inUse` says how much is left |
 * | `ended` | a connection with a replaced credential failed or was lost: the server ended it before the drain |
 * | `kept-old` | the new one did not verify: `reason` is `refused` or `failed`; repeated for each attempt |
 *
 * `onEvent: traceRotation` of `@secretkit/middleware/telemetry` counts them by OpenTelemetry and makes a
 * span of each. Operations has an alert.
 *
 * `health()` returns the generation of each client, the connections and calls that use a replaced credential, the count of refused logins,
 * and `degraded`. Events and health have names, numbers and the store's version ids, and never a value.
 *
 * ## Strategies of rotation
 *
 * | strategy | the old credential ends | what to do |
 * | --- | --- | --- |
 * | single user | at the rotation | `deadlineMs` longer than the lag between server and store |
 * | alternating users | at the next rotation | one secret with user and password; `drainMs` shorter than the time to the next rotation |
 * | dynamic | at the end of its lease | a provider with leases, as the option `provider`: the old one ends after the drain |
 * | tokens | for new connections, after 15 minutes | no store: mint the token for each connection |
 * | API keys with overlap | when somebody deletes it | send the new key by `fetchWith` or `use`; accept both with `verifyWith` |
 *
 * ### Single user
 *
 * AWS's default, and Vault's static roles: one user, whose password changes. Open sessions live on in PostgreSQL, MySQL and Redis, so only new
 * connections meet the change. Between the change of the server and that of the store every login is refused; logins wait for at most
 * `deadlineMs`. A store that reports its rotation date (`refreshAt`) is read a second after it.
 *
 * ### Alternating users
 *
 * AWS's multi-user rotation: two users take turns, and the password changes of the one that is not in use. User and password are one
 * secret, so that they change together. Nothing is refused, and there is no hurry, until the second rotation after it: the work with
 * the old user must end before. `drained` with `inUse` above 0, and `health()`, report work that has not.
 *
 * ### Dynamic credentials
 *
 * Vault's database engine creates a user for a lease, and drops it at its end. `vaultSecrets` renews
 * the lease, and makes another user before its maximum, or when the database has refused the last one. Give the provider to `rotating`, too:
 *
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { rotating } from '@secretkit/rotation';
 * import { pgPool } from '@secretkit/rotation/pg';
 * import { appRole, vaultSecrets } from '@secretkit/vault';
 * import pg from 'pg';
 * import { z } from 'zod';
 *
 * const text = z.string().transform((value): unknown => JSON.parse(value));
 * const schema = text.pipe(z.object({ username: z.string(), password: z.string() }));
 * const auth = appRole({ roleId: 'an example', secretId: () => process.env['SECRET_ID'] ?? '' });
 * const address = 'https://vault.example:8200';
 *
 * export async function openPool() {
 *   const provider = vaultSecrets({ address, mount: 'secret', leases: ['database/creds'], auth });
 *   const db = rotating(createSecrets(provider), 'database/creds/app', { schema, provider });
 *   return pgPool(pg, db, { host: 'db.internal', database: 'app', max: 20 });
 * }
 * ```
 *
 * A user is held while a connection has it, and revoked after the drain of every client, so it does not wait for the end of its lease. Only
 * the clients of the rotation count as users: a user that `current()`, `use` or another plain read has got ends with its lease. So a cache
 * is not needed here, as the provider has the user in memory; and if there is one, nothing else may read this secret through it, because a
 * provider does not see what a cache returns.
 *
 * ### Tokens for each connection
 *
 * RDS's IAM tokens live for 15 minutes, Entra's for about an hour, and both count at the login only. They are made without a call to a
 * store, so nothing rotates: give the client a function that makes one. It runs for each connection:
 *
 * ```ts
 * import pg from 'pg';
 *
 * // The `Signer` of `@aws-sdk/rds-signer`, made with hostname, port and username.
 * interface Signer {
 *   getAuthToken(): Promise<string>;
 * }
 * // The `DefaultAzureCredential` of `@azure/identity`.
 * interface Credential {
 *   getToken(scope: string): Promise<{ token: string } | null>;
 * }
 *
 * export function openRds(signer: Signer) {
 *   return new pg.Pool({
 *     host: 'db.example.com',
 *     user: 'app',
 *     ssl: true,
 *     password: () => signer.getAuthToken(),
 *   });
 * }
 *
 * export function openAzure(credential: Credential) {
 *   const scope = 'https://ossrdbms-aad.database.windows.net/.default';
 *   const password = async () => (await credential.getToken(scope))?.token ?? '';
 *   return new pg.Pool({ host: 'db.example.com', user: 'app', ssl: true, password });
 * }
 * ```
 *
 * ElastiCache's IAM tokens live for 15 minutes, too, and it ends each connection after 12 hours. node-redis has a
 * `credentialsProvider` for tokens, and `@redis/entraid` is one for Entra.
 *
 * ## Proof
 *
 * `npm run proof -- rotation` starts PostgreSQL, MariaDB and Redis, and changes their passwords 20 times in 60 seconds, while 50 workers use
 * them through connections that are used 25 times at most. `npm run proof -- rotation redis` runs one of them. The tables are from a machine
 * with two cores that did other work, too. `refused` counts the failures that are refused logins. Each client opened at least 200
 * connections in each case, else the run is void: without new connections no login is refused, and nothing is proved.
 *
 * "Password read once" and "password function" are what is usual today. The full run also installs AWS's wrapper
 * (`aws-advanced-nodejs-wrapper`) outside the workspace, with its plugin for Secrets Manager, and points it at the same store.
 *
 * ### PostgreSQL
 *
 * | client | case | queries | failed | refused | slowest ms | connections | recovered ms |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | `pgPool` | single user, server first, lag 0 ms | 7,751 | 0 | 0 | 1,123 | 378 | |
 * | `pgPool` | alternating, server first, lag 0 ms | 7,684 | 0 | 0 | 796 | 420 | |
 * | `pgPool` | single user, server first, lag 500 ms | 7,709 | 0 | 0 | 1,100 | 345 | |
 * | `pgPool` | alternating, server first, lag 500 ms | 7,957 | 0 | 0 | 737 | 411 | |
 * | `pgPool` | single user, store first, lag 0 ms | 7,778 | 0 | 0 | 1,245 | 375 | |
 * | `pgPool` | alternating, store first, lag 0 ms | 7,801 | 0 | 0 | 824 | 409 | |
 * | `pgPool` | single user, store first, lag 500 ms | 7,802 | 0 | 0 | 1,074 | 370 | |
 * | `pgPool` | alternating, store first, lag 500 ms | 7,839 | 0 | 0 | 978 | 420 | |
 * | `pgPool` | a wrong password first | 7,857 | 0 | 0 | 961 | 373 | |
 * | `pgPool` | a rotation during a rotation | 6,711 | 0 | 0 | 2,437 | 318 | |
 * | `pgPool` | a store outage of 600 ms | 6,942 | 0 | 0 | 1,843 | 327 | |
 * | `pgPool` | alternating, transactions | 5,236 | 0 | 0 | 1,833 | 350 | |
 * | `postgresClient` | single user, server first, lag 0 ms | 5,949 | 0 | 0 | 1,003 | 240 | |
 * | `postgresClient` | alternating, server first, lag 0 ms | 6,416 | 0 | 0 | 1,021 | 260 | |
 * | `postgresClient` | single user, server first, lag 500 ms | 5,850 | 0 | 0 | 1,384 | 236 | |
 * | `postgresClient` | alternating, server first, lag 500 ms | 6,223 | 0 | 0 | 1,087 | 252 | |
 * | `postgresClient` | single user, store first, lag 0 ms | 6,052 | 0 | 0 | 899 | 244 | |
 * | `postgresClient` | alternating, store first, lag 0 ms | 6,298 | 0 | 0 | 828 | 252 | |
 * | `postgresClient` | single user, store first, lag 500 ms | 5,007 | 0 | 0 | 1,416 | 204 | |
 * | `postgresClient` | alternating, store first, lag 500 ms | 5,250 | 0 | 0 | 1,110 | 212 | |
 * | `postgresClient` | a wrong password first | 5,049 | 0 | 0 | 1,203 | 204 | |
 * | `postgresClient` | a rotation during a rotation | 5,100 | 0 | 0 | 2,279 | 204 | |
 * | `postgresClient` | a store outage of 600 ms | 4,991 | 0 | 0 | 1,411 | 200 | |
 * | `postgresClient` | alternating, transactions | 5,021 | 0 | 0 | 3,286 | 204 | |
 * | password read once | single user, server first, lag 0 ms | 3,294 | 3,044 | 3,044 | 3,269 | 10 | 590 |
 * | password read once | alternating, server first, lag 0 ms | 3,350 | 2,850 | 2,850 | 3,292 | 20 | 751 |
 * | password function | single user, server first, lag 0 ms | 6,882 | 1 | 1 | 1,231 | 283 | 294 |
 * | password function | alternating, server first, lag 0 ms | 5,705 | 855 | 855 | 3,278 | 200 | 5,778 |
 * | AWS's wrapper | single user, server first, lag 0 ms | 5,142 | 169 | 100 | 2,719 | 206 | 2,257 |
 * | AWS's wrapper | alternating, server first, lag 0 ms | 5,148 | 43 | 0 | 2,345 | 210 | 1,843 |
 * | password read once | single user, server first, lag 500 ms | 3,131 | 2,881 | 2,881 | 3,466 | 10 | 374 |
 * | password read once | alternating, server first, lag 500 ms | 3,158 | 2,658 | 2,658 | 3,466 | 20 | 627 |
 * | password function | single user, server first, lag 500 ms | 6,439 | 56 | 56 | 1,448 | 259 | 1,141 |
 * | password function | alternating, server first, lag 500 ms | 5,202 | 603 | 603 | 3,009 | 189 | 5,497 |
 * | AWS's wrapper | single user, server first, lag 500 ms | 4,856 | 449 | 400 | 2,751 | 184 | 2,582 |
 * | AWS's wrapper | alternating, server first, lag 500 ms | 5,181 | 17 | 0 | 2,392 | 210 | 1,256 |
 * | `pgPool` | a restart of the server | 1,144 | 19 | 0 | 129 | 56 | 279 |
 * | `postgresClient` | a restart of the server | 1,100 | 12 | 0 | 251 | 44 | 126 |
 *
 * No query of `pgPool` and `postgresClient` failed in the rotations. A restart of the server fails the queries in flight, and none by a
 * refused login.
 *
 * ### MariaDB
 *
 * | client | case | queries | failed | refused | slowest ms | connections, at least | recovered ms |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | `mysqlPool` | 12 cases: the 11 of `pgPool`, and transactions | 37,927 | 0 | 0 | 18,133 | 200 | |
 * | password read once | single user, server first, lag 0 ms | 1,716 | 1,466 | 1,466 | 11,981 | 10 | |
 * | password read once | alternating, server first, lag 0 ms | 1,706 | 1,456 | 1,456 | 13,181 | 10 | |
 * | password read for each | single user, server first, lag 0 ms | 2,679 | 0 | 0 | 7,099 | 110 | |
 * | password read for each | alternating, server first, lag 0 ms | 2,560 | 0 | 0 | 5,858 | 110 | |
 * | AWS's wrapper | single user, server first, lag 0 ms | 2,425 | 126 | 126 | 17,236 | 94 | |
 * | AWS's wrapper | alternating, server first, lag 0 ms | 2,334 | 0 | 0 | 17,150 | 100 | |
 * | password read once | single user, server first, lag 500 ms | 1,980 | 1,955 | 1,955 | 8,672 | 1 | |
 * | password read once | alternating, server first, lag 500 ms | 2,134 | 1,884 | 1,884 | 8,670 | 10 | |
 * | password read for each | single user, server first, lag 500 ms | 3,455 | 1,500 | 1,500 | 6,449 | 80 | |
 * | password read for each | alternating, server first, lag 500 ms | 2,919 | 0 | 0 | 3,798 | 120 | |
 * | AWS's wrapper | single user, server first, lag 500 ms | 2,819 | 425 | 425 | 9,586 | 103 | |
 * | AWS's wrapper | alternating, server first, lag 500 ms | 2,822 | 0 | 0 | 10,334 | 120 | |
 * | `mysqlPool` | a restart of the server | 908 | 122 | 0 | 1,639 | 52 | 3,647 |
 *
 * The machine was very busy in this run. Closed under load, every call settled in 532 ms, and no connection was left.
 *
 * ### Redis
 *
 * | client | case | queries | failed | refused | slowest ms | connections, at least | recovered ms |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | `redisClient` | 12 cases: the 11 of `pgPool`, and blocking commands of a user that is deleted | 78,120 | 0 | 0 | 1,961 | 230 | |
 * | `redisClient` | single user, connections killed | 5,958 | 225 | 0 | 2,580 | 1,087 | 1,526 |
 * | `ioredisClient` | 12 cases: the 11 of `pgPool`, and blocking commands of a user that is deleted | 78,124 | 0 | 0 | 3,195 | 250 | |
 * | `ioredisClient` | single user, connections killed | 5,546 | 0 | 0 | 1,580 | 1,071 | |
 * | password read once | single user, server first, lag 0 ms | 7,450 | 7,450 | 7,450 | 588 | 0 | |
 * | password read once | alternating, server first, lag 0 ms | 5,750 | 5,500 | 5,500 | 2,029 | 10 | |
 * | password read for each | single user, server first, lag 0 ms | 4,900 | 250 | 250 | 1,753 | 190 | |
 * | password read for each | alternating, server first, lag 0 ms | 4,900 | 0 | 0 | 1,957 | 200 | |
 * | password read once | single user, server first, lag 500 ms | 5,750 | 5,750 | 5,750 | 1,640 | 0 | |
 * | password read once | alternating, server first, lag 500 ms | 6,050 | 5,550 | 5,550 | 1,699 | 20 | |
 * | password read for each | single user, server first, lag 500 ms | 5,300 | 250 | 250 | 1,556 | 210 | |
 * | password read for each | alternating, server first, lag 500 ms | 5,300 | 0 | 0 | 2,080 | 220 | |
 * | `redisClient` | a restart of the server | 1,100 | 3 | 0 | 210 | 60 | 197 |
 * | `ioredisClient` | a restart of the server | 1,100 | 0 | 0 | 338 | 60 | |
 *
 * Connections are renewed by draining. Where they are killed, commands in flight fail with node-redis, and ioredis sends them again; no
 * failure is a refused login. Closed under load, every call settled in 404 ms, and no connection was left.
 *
 * @packageDocumentation
 */

export type { AttachedClient, AttachOptions, MakeClient } from './attached-client.js';
export type { Credential } from './credential.js';
export type { Following, FollowOptions } from './follow.js';
export { type RotatingOptions, type Rotation, rotating } from './rotating.js';
export type {
  DrainedEvent,
  EndedEvent,
  KeptOldEvent,
  RotatingEvent,
  RotationEvent,
  SwappedEvent,
} from './rotation-event.js';
export type { ClientHealth, RotationHealth } from './rotation-health.js';
export { verifyWith } from './verify-with.js';
