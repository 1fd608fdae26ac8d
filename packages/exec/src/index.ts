/**
 * ## Recipes
 *
 * | tool | `command` | other options | tested |
 * | --- | --- | --- | --- |
 * | `pass` | below | `env: { GNUPGHOME: true, PASSWORD_STORE_DIR: true }`, if you use them | in CI, with pass 1.7 and GnuPG |
 * | `age` | `['age', '--decrypt', '-i', keyFile, file]` | `keepNewline: true`: the output is the file, with its newline | in CI, with age 1.1 |
 * | `op` | `['op', 'read', '--no-newline', 'op://vault/item/field']` | `env: { OP_SERVICE_ACCOUNT_TOKEN: true }`, `keepNewline: true` | not run; from 1Password's reference |
 * | `gopass` | `['gopass', 'show', '--password', '--nosync', '--nofuzzysearch', name]` | `exitCodes: { 10: 'missing' }` | not run; from gopass's documentation |
 * | `bw` | `['bw', '--nointeraction', 'get', 'password', id]` | `env: { BW_SESSION: true }`; take item ids, since a name may match several items | not run; from Bitwarden's help |
 * | `sops` | `['sops', 'decrypt', '--extract', '["key"]', file]` | `env: { SOPS_AGE_KEY_FILE: true }`, or the variables of your key service | not run; from the documentation |
 *
 * - **Decide which names you accept.** No shell reads the arguments, but the tool does: `op://vault/${name}/password` with the name
 *   `a/b` is another field, and `${folder}/${name}.yaml` with `../x` is another file. Return `undefined`, or encode the name.
 * - **`pass`, `op` and `bw` exit with 1 for every failure.** A missing secret then looks like an outage: it is retried, and a cache may
 *   serve a stale value. Map 1 to `missing` only if no outage of the tool exits with 1.
 * - **A tool must not ask.** Its standard input is empty and it has no terminal: a prompt fails, or ends at the timeout.
 *
 * ### pass
 *
 * `pass show` prints a folder as a tree and exits with 0. This command asks for the file first, so that folders are missing, and so are
 * names that do not exist:
 *
 * ```ts
 * import { existsSync } from 'node:fs';
 * import { homedir } from 'node:os';
 * import { join } from 'node:path';
 * import { execSecrets } from '@secretkit/exec';
 *
 * const store = join(homedir(), '.password-store');
 * export const provider = execSecrets({
 *   command: ({ name }) => (existsSync(join(store, `${name}.gpg`)) ? ['pass', 'show', '--', name] : undefined),
 * });
 * console.log(await provider.get({ name: 'team/no-such-entry' }, {})); // undefined
 * ```
 *
 * The value is the whole entry, not its first line. gpg-agent must have the key, or the key must have no passphrase. The agent runs on
 * after a command; `gpgconf --kill all` ends it.
 *
 * ## JSON
 *
 * With `output: 'json'` the command prints one object in UTF-8. Any other shape is `invalid_data`: another field, a number or a `null`.
 *
 * ```json
 * { "value": "s3cr3t", "expiresAt": "2030-01-01T00:00:00Z", "version": "7" }
 * ```
 *
 * | field | required | |
 * | --- | --- | --- |
 * | `value` | yes | a string; an empty one is a missing secret |
 * | `expiresAt` | no | a date of ISO 8601 with a time zone; the value is never served at or past it |
 * | `version` | no | one line of text |
 *
 * Adapt a tool with other output by a script: `['sh', '-c', 'my-tool "$1" | jq "{value: .password}"', 'sh', name]`. The name must be
 * an argument, as here, and never a part of the script.
 *
 * ## Environment variables
 *
 * The command gets the variables that a program needs to find its configuration, and no other one of this process: a tool must not see
 * the secrets of the application.
 *
 * | system | variables |
 * | --- | --- |
 * | Linux, Mac | `HOME` `LANG` `LC_ALL` `LC_CTYPE` `LOGNAME` `PATH` `TMPDIR` `TZ` `USER` and the base directories `XDG_…_HOME`, `XDG_…_DIRS`, `XDG_RUNTIME_DIR` |
 * | Windows | `APPDATA` `COMSPEC` `HOMEDRIVE` `HOMEPATH` `LANG` `LOCALAPPDATA` `PATH` `PATHEXT` `PROGRAMDATA` `PROGRAMFILES` `SYSTEMDRIVE` `SYSTEMROOT` `TEMP` `TMP` `USERNAME` `USERPROFILE` `WINDIR` |
 *
 * ## Processes
 *
 * - **One command for equal reads.** Reads of one ref that run at the same time share a command (single-flight). It ends when the last
 *   of them has left. `fresh` reads join only fresh ones, and after `invalidate` every read runs a command of its own.
 * - **A read ends when the command exits**, or at its deadline, whatever still holds its pipes. The output has at most 1 MiB.
 * - **At the timeout, an abort or `secrets.close()`** the command ends with its whole process group, by `SIGKILL`. A process that has
 *   left the group (`setsid`, a daemon) or that runs as another user (`sudo`) is out of reach. On Windows there are no groups: only
 *   the command itself ends.
 * - **At `process.exit()`** running commands end too. A signal that ends this process, such as Ctrl-C, does not reach them: they end by
 *   themselves. Close the client in a signal handler.
 * - On Windows a `.cmd` or `.bat` file needs a shell: name its program, such as `['node', 'path/to/bw.js', …]`.
 *
 * ## Permissions
 *
 * - The command runs as the user of this process, in its working directory. It can do whatever that user may: give it a token of its
 *   own, with read access to the vault that you need.
 * - Never put a secret into an argument: every user of the machine can see the arguments of a process. Use `env` or a file.
 * - Name the program by its full path if others can write to a folder of `PATH`.
 *
 * ## Errors
 *
 * No error shows what the command printed, or its arguments: `stderr` is withheld, and its length is in the message.
 * `details.vendorCode` is `exit-3`, the name of a signal, or the system's error code.
 *
 * | error | when | what to do |
 * | --- | --- | --- |
 * | `unavailable` | it exits with a code that `exitCodes` does not have, or is ended by a signal | run it by hand, as the same user with the same variables |
 * | `unavailable` | it was not found or is not executable (`retryable` is `false`) | install it, or return its full path |
 * | `unavailable` | the system has no process or descriptor left | lower `maxProcesses`, or raise the limit |
 * | `timeout` | it does not exit in time, or none of `maxProcesses` was free in time | allow more time; put a cache in front |
 * | `invalid_data` | it exits with 0 and prints nothing, or a newline alone; more than 1 MiB; or JSON of another shape | fix the command |
 * | `invalid_argument` | `command` returns something else than an array of strings; a name begins with `-`; the arguments are too long | fix `command`, or set `leadingDash` if the tool reads no option there |
 * | `closed` | the provider was disposed | create a new one |
 * | any other | `exitCodes` maps an exit code to it | as the tool's documentation says |
 * | `TypeError` | wrong options, at construction; wrong names in a URL | fix the option that the message names |
 * | `RangeError` | a number is out of its range, or an exit code is 0 | use a number within the range |
 *
 * @packageDocumentation
 */

export type { CommandEnv } from './command-env.js';
export type { CommandOf, ExecSecretsOptions } from './exec-options.js';
export { type ExecSecrets, execSecrets } from './exec-secrets.js';
export type { ExitMeaning } from './exit-meanings.js';
