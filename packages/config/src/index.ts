/**
 * ## Load and validate secrets
 *
 * `loadSecrets(secrets, specs, { signal?, fresh?, allow? })` reads all secrets in one batch, if the backend supports batches. A spec is one
 * of
 *
 * | spec | its property |
 * | --- | --- |
 * | `'name'`, `{ name, scope }` | a `Secret` of a string |
 * | a schema | a `Secret` of its output; the key is the name. Any [Standard Schema](https://standardschema.dev): zod, valibot, arktype |
 * | `{ ref, schema, default }` | the same with details; each field may be omitted |
 * | `optional(spec)` | the same, or `undefined` if the secret is missing |
 *
 * - The input of a schema is a string: a schema with another input does not compile. The expiry, version and staleness of the value
 *   are kept.
 * - **Declare a secret optional in the spec, not in the schema.** The schema never sees a missing secret, since some schemas would
 *   turn it into the string `undefined`. `z.url().optional()` does not compile; write `optional(z.url())`.
 * - **A default is a plain value of your code**, of the schema's output type. The schema does not check it. It replaces a missing
 *   secret only, never a value that the schema refuses, nor a failed read.
 * - Schemas must be synchronous. A schema of zod sees the first value twice, since a rejection in an asynchronous step must not be
 *   printed.
 *
 * One error reports all problems. `problemsOf(error)` returns them one by one, as `{ at, error }`:
 *
 * ```text
 * not_found: 2 of 4 secrets could not be loaded.
 *   DATABASE_URL, "DATABASE_URL": not_found: the secret does not exist, or has expired. Create it, or check its name and scope.
 *   STRIPE_KEY, "stripe-key": invalid_data: the zod schema refused the value with 1 issue: too_small. Its messages are withheld, …
 * ```
 *
 * The messages of a validator, and the paths in them, may quote the value, so the error has none of them: it has the codes of the
 * issues, if they are known ones of zod, valibot or arktype.
 *
 * ## Resolve references in a config file
 *
 * `resolveReferences(config, secrets, { signal?, fresh?, allow? })` returns a copy of a config tree in which each reference is replaced with
 * its `Secret`. It reads all of them in one batch. One error lists all problems with their paths (`db.hosts[0].password`); then
 * nothing is resolved.
 *
 * ```ts
 * import { ref, resolveReferences, revealReferences } from '@secretkit/config';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const secrets = createSecrets(
 *   memorySecrets({ initial: { 'db-password': 'example', hook: 'whsec_example' } }),
 * );
 * const file = { db: { host: 'db.example', password: 'secret://db-password' }, hook: ref('hook') };
 * console.log(await resolveReferences(file, secrets)); // { db: { host: 'db.example', password: [secret] }, hook: [secret] }
 * console.log((await revealReferences(file, secrets)).hook.length); // 13
 * ```
 *
 * | in the tree | becomes |
 * | --- | --- |
 * | `secret://db-password` | the secret of that name, in the client's scope |
 * | `secret://t?account=acct_1&user=u1` | the same in a scope |
 * | `secret://db?version=AWSPREVIOUS` | a version of it, by an id or a stage of the backend |
 * | `secret://db#password`, `…#/users/0` | one field of its JSON object, by key or by JSON pointer |
 * | `secret://prod/db`, `secret://a%20b` | `prod/db` and `a b`: percent-encode white space, `%`, `#`, `?`, `&` and `=` |
 * | `ref(name, options?)` | the same, for a tree in code. It returns `{ $secret: 'secret://…' }` |
 * | `\secret:…` | the string without its first backslash |
 * | `postgres://app:secret://x@host` | unchanged: a reference must be the whole string |
 *
 * - `secret:` may be in any case. A string that starts with `secret:`, also after white space, must be a valid reference.
 * - The options of `ref` are `account`, `user`, `version` and `field`: `ref('db', { version: '3', field: 'password' })`.
 * - All references of one secret are one read, however many of its fields they name. A number or a boolean becomes its JSON text, an
 *   object or an array JSON; `null` and an absent key are `not_found`, a value that is not a JSON object is `invalid_data`.
 * - A version needs a backend with versions; for any other one it is `unsupported`.
 * - A reference that `ref` made is plain data in one string. It survives clones, JSON and deep merges.
 * - Plain objects and arrays are copied, with property flags, prototypes, symbols, holes, cycles and shared parts. The input is not
 *   changed. Getters are copied and not called.
 * - Instances of classes, dates, buffers, maps, sets and functions are copied by reference. A reference in one of them, in a
 *   property, an entry or below, is `invalid_argument` with its path, since it would stay. Move it into a plain object.
 * - **The tree must be a plain object, an array or a string.** Anything else is a `TypeError`: a promise whose `await` was forgotten,
 *   an instance of a class, a map. Write `{ ...process.env }` for the environment.
 * - **For a tree that somebody else can write**, such as the settings of a tenant, pass a client of that tenant alone
 *   (`secrets.scoped({ account })`), and the names that it may use: `allow: ({ name }) => name.startsWith('hooks/')`. A reference that
 *   it refuses is `permission_denied` with its path, and nothing is read.
 * - A field of type `string` becomes `string | Secret`, since it may have been a reference. A field of type `ReferenceText` or
 *   `Reference` becomes `Secret`. A type does not show whether an object is an instance of a class.
 * - `revealReferences` returns plain strings, for libraries that accept nothing else. They show up when the copy is printed.
 * - `isReference(thing)` is for validators of files that must not contain secrets.
 *
 * | option of a call | default | |
 * | --- | --- | --- |
 * | `allow` | every ref that the client can read | returns whether a ref may be read; it gets the name, scope and version, as written |
 *
 * | option of `ref` | default | |
 * | --- | --- | --- |
 * | `version` | the current version | a version id or a stage, as the backend names it |
 * | `field` | the whole value | one key of a JSON object, by name or by JSON pointer (`/hosts/0/password`) |
 *
 * ## Follow a rotation
 *
 * With `live: true`, `loadSecrets` returns a view whose properties follow the store.
 *
 * ```ts
 * import { loadSecrets } from '@secretkit/config';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { cache } from '@secretkit/middleware/cache';
 * import { z } from 'zod';
 *
 * const store = memorySecrets({ initial: { password: 'the first one' } });
 * const secrets = createSecrets(cache({ ttlMs: 60_000 })(store));
 * const view = await loadSecrets(
 *   secrets,
 *   { password: z.string().min(8) },
 *   { live: true, onEvent: console.warn },
 * );
 * view.onChange('password', (password) => console.log('reconnect with', password)); // reconnect with [secret]
 * await secrets.set('password', 'the second one');
 * await secrets.get('password'); // any read finds the change
 * console.log(view.password.reveal()); // the second one
 * view.close();
 * ```
 *
 * - A property returns the last value that passed its schema, until its `expiresAt`. Then it throws `not_found`; an optional one is
 *   `undefined`, and one with a default has its default.
 * - Each access looks into the cache (`peek`). If there is no fresh value, the property starts one `get` in the background and
 *   returns the value that it has. A failure of that read is an event.
 * - A new value that the schema refuses is an event too, and the property keeps the previous value.
 * - After a failure that forbids stale values, such as `permission_denied`, the property throws it until
 *   there is a new value: a revocation takes effect. A deleted secret throws `not_found`.
 * - After a background read that left no fresh value in memory, a property with a value starts no other one for
 *   `refreshCooldownMs`. A property without a value reads at every access, one read at a time.
 * - **Without a cache in the stack** no value is known to be fresh, so a property is read every `refreshCooldownMs`; `onChange` and
 *   `watch` throw `unsupported`.
 * - `onChange(key, listener)` reports new values that passed their schema. `watch({ everyMs, signal? })` reads all secrets
 *   periodically, for pools that read their password once. `close()` ends both, and reads in flight. A key must not have the name of
 *   one of these methods.
 * - Printing a view (`console.log`, JSON) reads nothing and does not throw: it shows `[secret]`, or the code that the property would
 *   throw, such as `[not_found]`. So `toJSON` is not a key either. The properties are not enumerable: a logger that copies an object,
 *   `{ ...view }` and `console.table(view)` find none.
 *
 * | option | default | |
 * | --- | --- | --- |
 * | `live` | `false` | returns a view |
 * | `onEvent` | none | called with `{ type, key, ref, code }`; the type is `failure`, `refused` or `missing` |
 * | `refreshCooldownMs` | 30000 | after a background read without a fresh value: how long the old value is used without another read |
 * | `now` | `Date.now` | the wall clock, in epoch milliseconds; values expire by it |
 *
 * ## Open a provider by a URL
 *
 * | URL | opens | opener |
 * | --- | --- | --- |
 * | `env:`, `env:?prefix=APP_` | environment variables | `envOpener` |
 * | `memory:` | a new memory | `memoryOpener` |
 * | `stripe:`, `stripe:?account=acct_1&livemode=true` | the Stripe Apps Secret Store, with the key of the opener | `stripeOpener` |
 * | `stripe:?baseUrl=http://127.0.0.1:12140` | an emulator on this machine; with `allowInsecure` of the opener also one in a network of containers | the same |
 *
 * - Install and import only the openers that you list. There is no global registry, and an import registers nothing.
 * - Each scheme must have one opener: two openers for one scheme are a `TypeError`. Each opener has the option `scheme`, which
 *   renames its scheme, for two backends of one adapter.
 * - **A URL must not hold a credential**, since URLs are printed and logged. User info (also in a `baseUrl`), a parameter with the
 *   name of a credential, and text that looks like an API key are refused, however often they are percent-encoded, and the message
 *   does not quote the URL.
 *
 * An opener of your own is an object with `schemes` and `open`. `urlParameters(url, known)` reads the parameters of the URL and
 * refuses unknown ones:
 *
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { type Opener, urlParameters } from '@secretkit/core/provider';
 * import { type EnvSecrets, envSecrets } from '@secretkit/env';
 *
 * const ciOpener: Opener<EnvSecrets> = {
 *   schemes: ['ci'],
 *   open: (url) => envSecrets({ prefix: urlParameters(url, ['prefix']).prefix ?? 'CI_' }),
 * };
 * const provider = await openProvider('ci:?prefix=APP_', [ciOpener]);
 * ```
 *
 * ## Errors
 *
 * | error | when | what to do |
 * | --- | --- | --- |
 * | `invalid_argument` | malformed specs or references, a reference in an instance of a class, a ref of another tenant; nothing has been read | fix the problems that the error lists |
 * | `permission_denied` | `allow` refuses a ref; nothing has been read | remove the ref, or allow it |
 * | `unsupported` | a reference with a version, for a backend without versions | remove the version |
 * | `not_found` | a required secret or field is missing; a property is past the expiry of its value | create it, or make it optional |
 * | `invalid_data` | a schema refuses a value, throws, or returns a promise | fix the secret or the schema |
 * | `closed` | a property or method of a closed view, or of a view whose client is closed | close it later |
 * | any other code | a failed read | see its code |
 * | `TypeError` | wrong options, a promise or an instance as a tree, not a client, wrong openers, a wrong URL, a scheme without an opener | fix the argument that the message names |
 *
 * An error with several problems has the code of the first one that is not retryable. It is `retryable` only if all of them are.
 *
 * @packageDocumentation
 */

export type { AllowOptions } from './allow.js';
export type { LiveEvent } from './live-event.js';
export type { LiveControls, LiveSecrets, LiveSecretsOptions } from './live-secrets.js';
export { type LoadSecretsOptions, loadSecrets } from './load-secrets.js';
export { openProvider } from './open-provider.js';
export { parseWith } from './parse-with.js';
export { type Problem, problemsOf } from './problems.js';
export { isReference, type Reference, type ReferenceOptions, type ReferenceText, ref } from './reference.js';
export { resolveReferences, revealReferences } from './resolve-references.js';
export type { Resolved } from './resolved.js';
export {
  type DetailedSpec,
  type LoadedSecrets,
  type OptionalSpec,
  optional,
  type RequiredSpec,
  type SecretSpec,
  type SecretSpecs,
  type ValidSpecs,
} from './secret-spec.js';
