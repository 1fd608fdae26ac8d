/**
 * ## Refs
 *
 * A `ref` is a name, or `{ name, scope: { account, user }, version, field }`, where all but the name is optional. A method that the
 * backend is known not to have does not compile. Where the type does not know, the method exists and fails with `unsupported`.
 *
 * ## Explain a secret, and the health of a stack
 *
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { cache } from '@secretkit/middleware/cache';
 *
 * const secrets = createSecrets(cache()(memorySecrets({ initial: { token: 'example' } })));
 * console.log(secrets.explain('token').state); // absent
 * await secrets.get('token');
 * console.log(secrets.explain('token').state); // fresh
 * console.log(secrets.health({ required: ['token'] }).ready); // true
 * ```
 *
 * Neither asks the backend or changes what memory holds. A stack without a cache has no memory to explain: the state is `absent`.
 * Operations has the states, and how to use them in probes.
 *
 * ## Versions
 *
 * `version` is a version id or a stage, as the backend names it: `{ name: 'db-password', version: 'AWSPREVIOUS' }`. Without it, a
 * read returns the current version. If the backend has no versions, such a read fails with `unsupported`, without a call. Writes,
 * `listVersions` and `invalidate` are about all versions of a name: a write with a version is `invalid_argument`.
 *
 * To change a value without overwriting another writer, pass the version that you read:
 *
 * ```ts
 * import type { CapabilityMethods, SecretsReader } from '@secretkit/core';
 *
 * export async function rotate(secrets: SecretsReader & CapabilityMethods, next: string): Promise<string> {
 *   const current = await secrets.get('db-password', { fresh: true });
 *   const { version } = await secrets.compareAndSet('db-password', next, current?.version);
 *   return version;
 * }
 * ```
 *
 * If the answer is lost (`unavailable`, `timeout`, `unknown`), `compareAndSet` reads the secret. It tries again, at most twice, if
 * nothing was written, and succeeds if its value is there.
 *
 * ## Fields of a JSON secret
 *
 * `field` reads one key of a JSON object, or a nested one by JSON pointer: `{ name: 'db', field: 'password' }`,
 * `{ name: 'db', field: '/hosts/0' }`. A field that begins with `/` is a pointer; in it, write `~1` for `/` and `~0` for `~`. Any
 * number of fields of one secret are one read in `getMany`, and one parse.
 *
 * | value of the field | result |
 * | --- | --- |
 * | a text | the text; an empty one is missing |
 * | a number, `true`, `false` | its JSON text |
 * | an object, an array | its JSON text |
 * | `null`, or no such key | missing |
 * | an integer beyond 2⁵³ − 1 | `invalid_data`: its digits would be lost |
 * | any, of a non-object value | `invalid_data`; the error quotes nothing |
 *
 * A field is for reads, `use`, `peek` and `onChange`; `onChange` calls the listener only if the field has changed. A write takes the
 * whole secret.
 *
 * ## Retry with a rotated credential
 *
 * `use` reads the secret again, and runs again with a new value, if the result of `run` is one of these:
 *
 * - an HTTP status of `authFailure`, `[401]` by default, in the exception (`status`, `statusCode`, `response.status`), or in a
 *   response that `run` returns;
 * - a refusal of PostgreSQL, MySQL, SQL Server, Redis, MongoDB, Kafka, gRPC, Prisma or nodemailer, by the codes of their clients;
 * - either of them in an exception that this one wraps: its `cause`, its `errors`, and where Sequelize, TypeORM, Apollo and ioredis
 *   put it;
 * - the code `unauthenticated`.
 *
 * `isAuthFailure(failure)` replaces all of this. It receives exceptions and returned responses only. The body of a refused response
 * is cancelled if there is a new value; else the response is returned as it is.
 *
 * ```ts
 * import type { SecretsReader } from '@secretkit/core';
 *
 * export const orders = (secrets: SecretsReader): Promise<Response> =>
 *   secrets.use('partner-token', (token) =>
 *     fetch('https://partner.example/orders', { headers: { authorization: `Bearer ${token.reveal()}` } }),
 *   );
 * ```
 *
 * Send the request inside `run`: a header that leaves `use` cannot be renewed. `run` may be called twice, so what must not be sent twice
 * is yours: make a body that is a stream inside `run`, since the first call consumes it, and give a write an idempotency key.
 *
 * ## Secret
 *
 * Only `reveal()` and `bytes()` return the value, so a search for `reveal(` and `bytes(` finds every use. Logs, templates, JSON, spreading, cloning,
 * inspection in every mode and test diffs show `[secret]`. `map(parse)` returns the parsed value, sealed with the same expiry.
 * `expiresAt`, `refreshAt`, `createdAt`, `version` and `staleSince` describe the value. `refreshAt` is when the store is going to
 * change it; the value is still valid then.
 *
 * Binary values: `seal(bytes)` and `secrets.set(ref, bytes)` take a `Uint8Array`. The `format` is then `base64`, `bytes()` returns
 * the bytes, and `reveal()` the base64. Of a text, the `format` is `text`, and `bytes()` returns its UTF-8.
 *
 * ## Errors
 *
 * Every call rejects with a `SecretError`. Two exceptions pass unchanged: the reason of your own abort signal, and an exception
 * of the function that you pass to `scoped`. The `message` has
 * the code, the call and the remedy. `details` has an HTTP status, a request id and the vendor's code; never a header, a body or
 * another error. A missing secret is an answer: `get` resolves with `undefined`.
 *
 * @packageDocumentation
 */

export { createSecrets, type SecretsOptions } from './client/create-secrets.js';
export type { Explanation } from './client/explain.js';
export type { SecretInput } from './client/fields.js';
export type { Health, LayerHealth } from './client/health.js';
export type {
  ByKey,
  CallOptions,
  CapabilityMethods,
  HealthOptions,
  ListOptions,
  ReadOptions,
  RefsByKey,
  ScopedSecrets,
  ScopeSource,
  Secrets,
  SecretsReader,
  UseOptions,
  WatchOptions,
  WriteOptions,
} from './client/secrets.js';
export { type Layer, layersOf, type SecretProvider } from './contract/provider.js';
export type { SecretRef, SecretScope } from './contract/ref.js';
export { isSecret, type Secret, seal } from './contract/secret.js';
export type { Capability, SecretErrorCode } from './contract/secret-error.js';
export { isSecretError, SecretError } from './contract/secret-error.js';
export { compose } from './kernel/compose.js';
export type { Middleware } from './kernel/define-middleware.js';
