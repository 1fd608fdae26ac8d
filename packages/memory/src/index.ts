/**
 * ## Names
 *
 * A name is read as it is written: `DATABASE_URL` and `database-url` are two secrets. `env` folds names, and memory does not, so the
 * error of `require('DATABASE_URL')` names a secret of the same scope that would be the same variable.
 *
 * ## Versions and compare-and-set
 *
 * Each write makes a new version with a random id, and `set` returns the id. Content of `initial` keeps the version of its
 * `Secret`. A ref with a version reads it by its id; `current` is the stage of the newest one. When the current version expires, or
 * the secret is deleted, all its versions are gone. A secret that is deleted and made anew has a new version, so a
 * `compareAndSet` with an earlier version is a `conflict`.
 *
 * ## Errors
 *
 * | error | when | what to do |
 * | --- | --- | --- |
 * | `invalid_argument` | `set` with an expiry that is not in the future | to remove the secret, delete it |
 * | `invalid_argument` | a write or a delete whose ref has a version | omit the version |
 * | `conflict` | `compareAndSet` with another version than the current | read the secret, and compare again |
 * | `quota_exceeded` | `set` of one more secret than `maxPerScope` | delete another one first |
 * | `TypeError`, `RangeError` | wrong options, at construction; a parameter in the URL | fix the option that the message names |
 *
 * @packageDocumentation
 */

export type { InitialSecrets } from './initial-secrets.js';
export { type MemorySecrets, type MemorySecretsOptions, memorySecrets } from './memory-secrets.js';
