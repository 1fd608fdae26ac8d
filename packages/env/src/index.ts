/**
 * ## Names
 *
 * The name `stripe-secret.key` reads the variable `STRIPE_SECRET_KEY`: the prefix, then the name in upper case, with `_` for every
 * character that is not A–Z or 0–9. Two names of one variable are the same secret. A variable belongs to no account and no user, so
 * a scoped ref is missing, unless `name` maps it.
 *
 * Stores do not fold names: `get('DATABASE_URL')` and `get('database-url')` are one secret here, and two in a store. Use one
 * spelling in code; Environments shows how.
 *
 * ## Tenants
 *
 * - A template has `{name}` once, and `{account}`, `{user}` or both, joined by `__`. Other letters, digits and `_` may come before and
 *   after them (`APP_{account}__{name}`), and between them as a part (`{account}__APP__{name}`).
 * - `account` and `user` are unchanged: letters, digits, and single `_` between them. Another id is `invalid_argument`; map it with a
 *   function. The name is converted as above, and must not get a `__`, or a `_` at an end.
 * - So two secrets never share a variable. A template that would allow it, such as `{account}_{name}`, is refused at construction.
 * - A ref with other fields in its scope than the template, or none, is missing. `list` returns the names of one scope.
 * - On Windows variables ignore case, and ids do not: a template with tenants is refused there.
 *
 * ## Files
 *
 * If `NAME` is not set, `NAME_FILE` may hold the path of a file with the value. The file has at most 1 MiB. Of UTF-8 text a byte order
 * mark at the start and one newline at the end are removed. A file that is not UTF-8 is a binary value (`format` is `base64`), with
 * every byte: save texts as UTF-8, since `>` of Windows PowerShell writes UTF-16. A path is never served: a name that ends in `_FILE`
 * is missing.
 *
 * An empty variable is missing, and so is an empty file. Nothing else is trimmed or interpolated. `peek` reads variables only: a file
 * needs I/O.
 *
 * - **A file that is rewritten in place** is empty for a moment. An empty file is read again after 50 ms; if it is still empty, and was
 *   modified within the last 2 s, it is `unavailable`, and a cache continues to serve its value.
 * - **A pipe** may take the place of a file: a named one, or `/dev/fd/N`. It is waited for until the call's deadline or signal, and
 *   read to its end. A pipe can be read once, so its content is kept until the provider is closed.
 * - **A file that blocks**, for example on a network drive, occupies one thread of the platform: a second read of a path starts when the
 *   first one has ended. Put a `timeout` around the provider.
 *
 * ## Deno and other restricted runtimes
 *
 * `deno run --allow-env=NAME` is enough for a variable, and `--allow-env=NAME_FILE --allow-read=PATH` for a file. If neither variable is
 * set and one is refused, the read is `permission_denied`: allow it too, or put it into `exclude`. `list` needs `--allow-env` without
 * names.
 *
 * ## Errors
 *
 * | error | when | what to do |
 * | --- | --- | --- |
 * | `invalid_argument` | both `NAME` and `NAME_FILE` are set | unset one of them |
 * | `invalid_argument` | a tenant or a name that the template cannot hold | use another one, or a function as `name` |
 * | `permission_denied` | the process may not read the variable, or the file | allow it, as the message says |
 * | `unavailable` | the file does not exist, cannot be read, or is being rewritten; the pipe has no writer. It is not missing | mount the file; start the writer |
 * | `timeout` | the pipe was not written to its end before the deadline | check the writer |
 * | `invalid_data` | the variable is not a string, or could not be read | pass plain values in `env` |
 * | `invalid_data` | a directory, a device, a socket, or more than 1 MiB | name a smaller file, or a pipe |
 * | `unsupported` | a ref with a version, or a write | omit the version |
 * | `TypeError` | wrong options, at construction; wrong parameters of the URL | fix the option that the message names |
 *
 * @packageDocumentation
 */

export type { EnvSecretsOptions } from './env-options.js';
export {
  type EnvSecrets,
  envSecrets,
  type ListableEnvSecrets,
} from './env-secrets.js';
export type { VariableName } from './variable-name.js';
export type { Environment } from './variables.js';
