/**
 * ## What it reads and writes
 *
 * - **A secret of the engine is a map.** Without `key` a value is its JSON: read one entry with `field`, and write a JSON object.
 *   With `key: 'value'` a value is the text under that key, and a write replaces the map by that one entry.
 * - **Missing** is a 404 of the engine itself: nothing at the path, or a version that was deleted or destroyed. Each other 404, such as
 *   no mount, no namespace, or a path of another version of the engine, is an error that names the option to check.
 * - **Versions**: `{ name, version: '3' }` reads version 3. `listVersions` has the versions that can be read. Version 1 of the engine
 *   has none: refs with a version, `listVersions` and `compareAndSet` are `unsupported`.
 * - **`compareAndSet`** uses the `cas` of the engine, after a read. With `undefined` it creates a secret, also over a deleted one. The
 *   engine counts a deletion as no change of the version: one between the read and the write is not noticed.
 * - **`delete: 'all'` lets the numbers of versions start again at 1**, so a `compareAndSet` may take a new version for an old one.
 * - **An expiry** is the moment at which the engine deletes a version (`delete_version_after`). The engine has none for one write: `set`
 *   with `expiresAt` is `unsupported`.
 * - **A list** walks through the folders. It has the names of deleted secrets, too. OpenBao returns pages; Vault, and version 1 of the
 *   engine, return a folder at once.
 * - **Batches** are read in parallel, one request for each secret.
 * - **Names** with an empty part, `.` or `..` are refused before any request, also if they are encoded.
 * - **Numbers** that are not exact in JavaScript are `invalid_data`, as are more than 1,000 levels: write them as texts. Bytes are
 *   refused: the engine holds texts.
 *
 * ## Tokens and logins
 *
 * - **One login serves all readers** that wait for it, and the later ones. Its token is renewed beside a request when two thirds of its
 *   life are over. A token that cannot be renewed, or has reached its maximum, is followed by another login before its end.
 * - **A failed renewal does not end the token**: it is repeated, with a backoff, while requests use the token until its end.
 * - **A token that died** early costs one login for all readers, and one more request for each of them.
 * - **A denial** may come from a role that got its policy after the login: then a new login is made, once a minute at most.
 * - **`close()` revokes the token of the login**, with its leases. A token that was given is neither renewed nor revoked. Later calls
 *   are `closed`, without a request.
 *
 * Vault and OpenBao answer 403 for a dead token and for a denied path. The text separates the two: for a dead token OpenBao has exactly
 * `permission denied`, and Vault also `invalid token`.
 *
 * ## Dynamic secrets
 *
 * The database engine, and others, make an account for a reader, with a lease: the server deletes the account when the lease ends.
 * `leases` names the paths of such secrets, from the root of the API. The name of a secret is its path: `mount`, `prefix`, `name` and `key`
 * are for the key-values only. Its value is the JSON of `data`:
 *
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { recommended } from '@secretkit/middleware/recommended';
 * import { appRole, vaultSecrets } from '@secretkit/vault';
 *
 * const auth = appRole({ roleId: 'an example', secretId: () => process.env['SECRET_ID'] ?? '' });
 * const address = 'https://vault.example:8200';
 * const secrets = createSecrets(
 *   recommended()(vaultSecrets({ address, mount: 'secret', leases: ['database/creds'], auth })),
 * );
 *
 * export const account = () => secrets.require('database/creds/app'); // {"username":"v-approle-app-…","password":"…"}
 * ```
 *
 * - **One lease for each name, shared by all readers.** Nothing but a read makes an account: not a list, `explain` or `health`.
 * - **It is renewed** at two thirds of what is left, less a random tenth, for its first length. If its maximum is near, or it cannot be
 *   renewed, another account is made while a third of that length is left. Readers get the new one; `refreshAt` is the time of this step.
 * - **`expiresAt` is the end of the lease or of the token that made it**, the earlier one. A login has its successor before.
 * - **A failed renewal makes no account**: it is repeated with backoff until the end of the lease, unless the server says that it does
 *   not know the lease.
 * - **A `fresh` read makes another account**, since a database has refused the last one: at most once a second, then every 2, 4, up to
 *   60 s while such reads come. One within 3 s after a renewal gets the renewed account, so a reader may follow `refreshAt`.
 * - **A lease lapses** that nobody has read or held for its length.
 * - **A replaced account ends with its lease**, or is revoked when its last holder lets go, if only `fresh` reads have got it: so `rotating` of
 *   `@secretkit/rotation` ends it after the drain of a pool. One that a plain read has
 *   returned may be in use, so it is left.
 * - **`close()` revokes all accounts**: with the token of the login, or one by one if the token was given. It takes 5 s at most, and
 *   rejects with `unavailable` and the names of the accounts that it could not revoke.
 * - **An account is made once**, also if its reader leaves: the answer is kept for the next one. If the answer is lost, such as by a
 *   timeout, nobody knows the account, and it ends with its lease.
 * - **Static roles** (`database/static-creds`) have no lease. `refreshAt` is the announced rotation, or a minute from now. While the
 *   server is late, it is the next 2 s.
 * - **A token that is given** is asked for its end (`auth/token/lookup-self`), since its leases end with it. A file with another token
 *   is read in time.
 *
 * Leases need a process that lives: timers renew them, so they do not work on Cloudflare Workers.
 *
 * `npm run proof -- leases` keeps accounts of PostgreSQL on OpenBao with raft storage, which is sealed or killed every 12 s. Readers log in
 * with what they read, at once:
 *
 * | 180 s, 16 outages of 2.7 to 4.9 s | reads | unavailable | refused | accounts | renewals |
 * | --- | --- | --- | --- | --- | --- |
 * | secretkit, leases of 20 s, at most 60 s | 8,055 | 0 | 0 | 4 | 13 |
 * | secretkit, leases of 2 s, at most 6 s | 2,800 | 646 | 0 | 34 | 79 |
 * | a client that reads once | 814 | 0 | 725 | 1 | 0 |
 * | a client that renews every 13 s | 806 | 40 | 0 | 5 | 8 |
 *
 * Leases that are shorter than an outage end in it: reads are `unavailable` then, no account is refused, and a login succeeds 0.4 s after
 * the outage. After `close()` no account was left within 0.3 s. On a server with a clock, 24 hours with leases of an hour, at most six, and
 * 144,000 reads of 100 readers take 5 accounts and 36 renewals, without a gap. Logins of 20 s under leases of an hour refused 0 of 298
 * reads, with 5 accounts. A database that is down for 10 s when a lease of 40 s is due made no other account.
 *
 * ## Policies
 *
 * | operation | version 2 | version 1 |
 * | --- | --- | --- |
 * | `get` | `read` on `MOUNT/data/PATH` | `read` on `MOUNT/PATH` |
 * | `list` | `list` on `MOUNT/metadata/PATH` | `list` on `MOUNT/PATH` |
 * | `listVersions` | `read` on `MOUNT/metadata/PATH` | |
 * | `set` | `create` and `update` on `MOUNT/data/PATH` | the same on `MOUNT/PATH` |
 * | `compareAndSet` | also `read` on `MOUNT/data/PATH` | |
 * | `delete` | `read` on `MOUNT/metadata/PATH`, and `update` on `MOUNT/delete/PATH` | `delete` on `MOUNT/PATH` |
 * | `delete` with `all` | `delete` on `MOUNT/metadata/PATH` | |
 * | renewal, `close()` | the policy `default` | the policy `default` |
 *
 * The version of the engine is asked for at `sys/internal/ui/mounts/MOUNT`, which is allowed to each token that may do anything
 * below the mount.
 *
 * ## Errors
 *
 * An error keeps the status, and never a text of the server.
 *
 * | error | when | what to do |
 * | --- | --- | --- |
 * | (`undefined`) | nothing is at the path; the version was deleted or destroyed, or has expired; the value is empty | |
 * | `permission_denied` | no policy of the token allows it, which is also so where nothing is mounted | grant it; check `mount` |
 * | `unauthenticated` | the token is dead; the login was refused; a wrapping token was used; the file with a credential cannot be read | provide a new token; check the role and its credential |
 * | `rate_limited` | a quota of the server | put a cache in front, or raise the quota |
 * | `unavailable` | sealed, standby, starting, stopping, or not reached; a replica that lags behind; no mount, namespace or such path | retry; unseal it; check `address`, `mount` and `namespace` |
 * | `timeout` | no complete response within `timeoutMs` | retry |
 * | `invalid_argument` | a name, a scope or a value that the engine cannot hold; a write without a version where `cas` is required | fix what the message names |
 * | `invalid_data` | no text under `key`; a number that is not exact; an answer with another shape | write the secret again; check `key` and `address` |
 * | `conflict` | another writer has changed the secret | read it again |
 * | `unsupported` | versions of an engine of version 1; a write with an expiry | upgrade the engine; set `delete_version_after` |
 * | `closed` | a call after `close()` | make a new provider, or close it later |
 * | `unknown` | any other status | search the log of the server |
 * | `TypeError` | wrong options, at construction | fix the option that the message names |
 * | `RangeError` | a number is out of its range | use a number within the range |
 *
 * ## Answers of the server
 *
 * The server explains most answers by a text only. The tests run this table for reads, writes and lists, on a server of their own. They
 * also run the conformance kit on OpenBao with raft storage, for both versions of the engine, logins by AppRole and JWT, namespaces,
 * seals, crashes, and an agent. One node of OpenBao cannot show the answers that are only published, nor Kubernetes.
 *
 * | answer | result | seen in |
 * | --- | --- | --- |
 * | 404: an empty list of errors | missing | OpenBao |
 * | 404: a deleted version | missing | OpenBao |
 * | 404: a destroyed version | missing | OpenBao |
 * | 404: an empty list of errors, to a delete | done | OpenBao |
 * | 404: no mount | `unavailable`, not retried | OpenBao |
 * | 404: no namespace | `unavailable`, not retried | OpenBao |
 * | 404: a path of version 1 on version 2 | `unavailable`, not retried | OpenBao |
 * | 404: an unknown text | `unavailable`, not retried | publications |
 * | 404: no object | `unavailable`, not retried | publications |
 * | 403: a denied path | `permission_denied` | OpenBao |
 * | 403: a dead token | `unauthenticated` | OpenBao |
 * | 403: a dead token, as Vault says it | `unauthenticated` | publications |
 * | 400: another version | `conflict` | OpenBao |
 * | 400: a write without a version | `invalid_argument` | OpenBao |
 * | 400: an unknown text | `invalid_argument` | OpenBao |
 * | 400: an upgrade of the engine | `unavailable` | publications |
 * | 400: a shutdown | `unavailable` | OpenBao |
 * | 405: an operation that the engine lacks | `invalid_argument` | publications |
 * | 412: a replica that lags behind | `unavailable` | publications |
 * | 413: a request that is too large | `invalid_argument` | OpenBao |
 * | 429: a quota | `rate_limited` | OpenBao |
 * | 500: no active node | `unavailable` | OpenBao |
 * | 500: a value that is too large | `invalid_argument` | OpenBao |
 * | 502: a failed request | `unavailable` | publications |
 * | 503: a sealed server | `unavailable` | OpenBao |
 * | 418: a status of tomorrow | `unknown` | publications |
 *
 * ## Not included
 *
 * - Engines that need a request with parameters, such as `pki/issue`: a ref has none.
 * - Metadata of your own (`custom_metadata`), and patches of single keys.
 * - The deletion of one version: a delete covers all of them.
 *
 * @packageDocumentation
 */

export type { KvVersion } from './kv-version.js';
export {
  type AppRoleOptions,
  appRole,
  type Credential,
  type JwtOptions,
  jwt,
  type VaultAuth,
  type VaultLoginContext,
  type VaultLoginRequest,
} from './vault-auth.js';
export type { VaultSecretsOptions } from './vault-options.js';
export { type VaultSecrets, type VaultSecretsOfVersion1, vaultSecrets } from './vault-secrets.js';
