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
 * @packageDocumentation
 */

export type { InitialSecrets } from './initial-secrets.js';
export { type MemorySecrets, type MemorySecretsOptions, memorySecrets } from './memory-secrets.js';
