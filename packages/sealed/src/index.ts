/**
 * ## Seal and open
 *
 * `seal` and `open` take `{ signal }` as a last argument. `secret: undefined` seals that there is no such secret. A stale value, which a
 * cache serves during an outage, is refused. `codec.keyId` is the id of the key that seals.
 *
 * The option `signal` of a call, by default none, ends the wait for an envelope. Other callers of the same call still get its result.
 *
 * ## Keys
 *
 * - A key is 32 random bytes, or a `Secret` of them or of their base64. A passphrase is refused. The `id` is public.
 * - **A key must not come from the store that the records protect**, or from a cache in front of it: when that store is down, nothing
 *   opens. Use an environment variable, a mounted file, another store, or an envelope.
 * - To rotate, first add the new key at the end of `keys` in every process, then move it to the front, and remove the old one when no
 *   record has its id. A record with an unknown id is a miss.
 *
 * ## Envelopes
 *
 * With an envelope the key does not leave a key management service. The codec makes a data key for each process, the service wraps it,
 * and each record has the wrapped form. Concurrent readers of a data key share one call (single-flight), which no reader's signal cancels;
 * the newest 1,000 data keys and failures are remembered.
 *
 * The role needs `kms:Encrypt` to seal and `kms:Decrypt` to open, and nothing else. The encryption context has `secretkit:namespace` and
 * `secretkit:key`, so a policy can grant one namespace; it appears in CloudTrail.
 *
 * Any other service is an object with two methods. Both must bind the data key to `context`. With a key of Vault's transit engine that was
 * made with `derived=true`, the context derives the key, so another namespace does not unwrap:
 *
 * ## Tenants' secrets in your own database
 *
 * `sealedSecrets` keeps secrets in a table of a database that you already have, as a provider with every capability: batches, lists by
 * scope, versions, expiry, compare-and-set and idempotency keys. The guide
 * Tenants' secrets in your own database has the threat model.
 *
 * | database | import | client, an optional peer | migration |
 * | --- | --- | --- | --- |
 * | PostgreSQL 12 or later | `@secretkit/sealed/postgres` | a `Pool` of `pg` | postgres.sql |
 * | MySQL 8, MariaDB 10.5 | `@secretkit/sealed/mysql` | a pool of `mysql2/promise` | mysql.sql |
 * | SQLite 3.24 or later | `@secretkit/sealed/sqlite` | a `Database` of better-sqlite3, a `DatabaseSync` of `node:sqlite` | sqlite.sql |
 * | Cloudflare D1 | `@secretkit/sealed/d1` | the binding, `env.DB` | sqlite.sql |
 * | Redis 6.2 or later, Valkey | `@secretkit/sealed/redis` | `fromNodeRedis(client)` or `fromIoredis(client)` | none |
 *
 * The migrations are in the package, below `migrations`. Tests run PostgreSQL, MariaDB, Redis, SQLite and D1 for real.
 *
 * - **A ref is compared by its bytes.** `token`, `TOKEN` and `token ` with a space at its end are three secrets in every database.
 * - **A text that looks like a record is data**, and is sealed as any other.
 * - **A write and a column cut nothing.** A name has at most 1,024 bytes, an account or a user 255, a value 524,288 as JSON text; more is
 *   `invalid_argument` before any call. PostgreSQL and MySQL are asked for their columns before the first call.
 * - **A conflict with oneself is a success.** Each attempt of one logical write has the same version, so that a lost answer is recognised,
 *   as long as no more than `keepVersions - 1` other writes came after it. That is why `keepVersions` is at least 2.
 * - **Redis promises to keep a write** only with `appendfsync always`, `maxmemory-policy noeviction` and no failover.
 * - **Cloudflare KV is refused.** It has no compare-and-set: concurrent writes get lost, and a read may return an old value for a minute.
 * - A database of another kind is an object with five methods: `read`, `write`, `remove`, `page` and `versions` of `SecretTable`. The
 *   conformance kit checks the provider over it.
 *
 * ## Change the key
 *
 * ```ts
 * import type { SealedSecrets } from '@secretkit/sealed';
 *
 * export async function changeKey(tenants: SealedSecrets) {
 *   const { resealed, unreadable } = await tenants.reseal();
 *   console.log(`${resealed} records sealed again, ${unreadable} do not open`);
 *   const records = await tenants.keysInUse();
 *   console.log('records by the id of their key:', [...records]);
 * }
 * ```
 *
 * 1. Add the new key at the end of `keys` in every process, then move it to the front in every process.
 * 2. Run `reseal()`. It seals every record again, older versions included, while writers continue: it replaces a record only if the record
 *    is unchanged. A run that is killed leaves every secret readable, and the next one continues.
 * 3. Remove the old key when `keysInUse()` no longer has it. Until then a process may still seal with it.
 *
 * | field | default | |
 * | --- | --- | --- |
 * | `after` | from the start | the `cursor` of an earlier run |
 * | `signal` | none | ends the run between two records |
 * | `onProgress` | none | called after each page of secrets, with `resealed`, `unchanged`, `unreadable`, `cursor` |
 * | `onUnreadable` | none | called for each record that does not open, with `ref`, `reason` and `keyId` |
 *
 * ## Errors
 *
 * A record that does not open is a result, not an error: `{ opened: false, reason, keyId, code }`. It has nothing of the content.
 *
 * | `reason` | meaning |
 * | --- | --- |
 * | `malformed` | the text is not a record |
 * | `unsupported_format` | a newer version of this package sealed it |
 * | `unknown_key` | the codec has no key with the id `keyId` |
 * | `key_unavailable` | the envelope failed with `code`; also if the service does not unwrap a data key that was changed |
 * | `not_authentic` | key, context or bytes are not those that were sealed |
 * | `unsupported_content` | a newer version of this package wrote the content |
 *
 * `sealedSecrets` rejects with `invalid_data` for such a record, or with the code of the envelope. The message has the id of the key, and
 * nothing of the record. A failure of the database has its vendor's code in `details`, and never its message:
 *
 * | code | database |
 * | --- | --- |
 * | `unavailable` | not reachable, shutting down, read-only, too many connections or locks |
 * | `unauthenticated` | the login was refused |
 * | `permission_denied` | the user may not use the tables |
 * | `quota_exceeded` | no space left |
 * | `timeout` | the database cancelled the statement |
 * | `invalid_argument` | a table or a column is missing, or is too small |
 * | `conflict` | `compareAndSet`: the current version is another one |
 * | `unknown` | any other |
 *
 * `seal` rejects with a `SecretError`: `invalid_argument` for a wrong context or content, `timeout` for an envelope without an answer, or
 * the error of the envelope. `awsKmsEnvelope` maps those of AWS KMS:
 *
 * | code | AWS KMS |
 * | --- | --- |
 * | `permission_denied` | access denied; the key does not exist, or is disabled |
 * | `unauthenticated` | the credentials are missing, wrong or expired |
 * | `rate_limited` | too many requests |
 * | `unavailable` | a failure of the service |
 * | `timeout` | no answer in time |
 * | `invalid_data` | another key or namespace wrapped the data key |
 * | `unknown` | any other |
 *
 * ## What it protects, and what it does not
 *
 * - A reader of the place sees the key id, the salt, the size of each record, and nothing of the value.
 * - A writer of the place cannot forge a record, or move one to another tenant, name, version, use, reader or namespace.
 * - **A writer can replay an old record of the same context.** Check `fetchedAt` and `expiresAt` after opening.
 * - A process with the key can read everything. A non-extractable key of Web Crypto would not change that in Node.
 * - A process that seals more than 2³² records draws a new salt, so that random nonces stay safe.
 *
 * ## The format
 *
 * Another implementation can open records; one in Python makes the test vectors.
 *
 * | part | content |
 * | --- | --- |
 * | record | `sk1.KEYID.SALT.DATA`, or `sk1e.KEYID.SALT.DATA.WRAPPED` of an envelope; base64url without padding |
 * | fields | each as UTF-8 after its length in 4 bytes, big-endian; an absent one is the length 2³² − 1 alone |
 * | derived key | HKDF-SHA-256 of the key or data key, with the salt of 16 bytes; info: fields of format, use, key id |
 * | data | a nonce of 12 bytes, then AES-256-GCM: ciphertext and a tag of 16 bytes |
 * | associated | fields of format, use, namespace, account, user, name, version, principal, key id |
 * | plaintext | JSON: `fetchedAt`, `value`, `format`, `version`, `expiresAt`, `refreshAt`, `createdAt`; epoch milliseconds |
 *
 * @packageDocumentation
 */

export type { RecordContext } from './associated-data.js';
export type { SealedCodecOptions, SealedKey } from './codec-options.js';
export type { RecordContent } from './content.js';
export type { Envelope, EnvelopeCall, EnvelopeContext } from './envelope.js';
export { generateKey } from './key-bytes.js';
export {
  type OpenedRecord,
  type RecordCallOptions,
  type SealedCodec,
  sealedCodec,
  type UnopenedReason,
  type UnopenedRecord,
} from './sealed-codec.js';
export type { ResealOptions, ResealProgress, UnreadableRecord } from './table/reseal.js';
export { type SealedSecrets, type SealedSecretsOptions, sealedSecrets } from './table/sealed-secrets.js';
export type {
  Expected,
  PageQuery,
  RowHead,
  RowKey,
  SecretRow,
  SecretTable,
  TableCall,
} from './table/secret-table.js';
