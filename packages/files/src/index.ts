/**
 * ## Folders
 *
 * | where | `directory` | rotation |
 * | --- | --- | --- |
 * | Kubernetes | the `mountPath` of a `secret`, `projected` or CSI volume | the kubelet swaps all files at once; a `subPath` is never updated |
 * | Docker, Compose | `/run/secrets` | none in Swarm; Compose mounts the file of the host |
 * | systemd | `process.env.CREDENTIALS_DIRECTORY`, with `LoadCredential=` | a restart, or with `RefreshOnReload=credentials` a reload: a new folder |
 * | NixOS, your own files | a folder, or a link to one | replace the folder, the link, or a file by `rename` |
 *
 * - **The name of a secret is the name of its file.** A name with `/`, or that begins with `..`, is `invalid_argument`. For files in a
 *   folder below it make another provider.
 * - **A batch is of one generation.** Kubernetes writes each state into a folder of its own and then replaces the link `..data`. All files
 *   of a call are read below the folder that `..data` names, and again if it is removed meanwhile. A secret is missing only if the
 *   generation was the same afterwards. The name of the generation is the `version`.
 * - **The folder is found by its path at each read.** It may be replaced by another one, or be a link that changes.
 * - **Values:** a byte order mark at the start and one newline at the end (`\n` or `\r\n`) are removed, and nothing else. A file that is
 *   not UTF-8 is a binary value, with every byte: save texts as UTF-8, since `>` of Windows PowerShell writes UTF-16. An empty file is missing. A file has at most 1 MiB.
 * - **`list`** returns the names of files and pipes, without those that begin with a dot. A dotfile such as `.dockerconfigjson` can be read.
 * - **A file that is rewritten in place** is read again after 50 ms. If it changes again, or was emptied within the last 2 s, it is
 *   `unavailable`.
 * - **A pipe** is read once, without blocking, until the call's deadline. Its value is kept until the provider is closed.
 * - **A link** is followed if it leads to a file within the folder, and refused if it leads out of it.
 * - A file belongs to no account and no user: a scoped ref is missing.
 *
 * ## Changes
 *
 * Both providers report changes to a cache around them. With a TTL of an hour, `get` and `onChange` have a new value about a second after
 * it was written. A look compares the content of the secrets that were read, so a file with the same size and time counts too.
 *
 * - Looks begin with the first read behind a cache. They do not keep the process alive, and `secrets.close()` ends them.
 * - While a folder cannot be read, a cache continues to serve its values, within its bounds. A file that was
 *   removed is missing at the next look.
 * - `npm run proof -- files` swaps ten files on a tmpfs ten thousand times at full speed, and prints that no batch was torn and no secret
 *   was missed, while a naive reader beside it mixes generations.
 *
 * ## .env files
 *
 * - For laptops. The file is read again at each read, and `process.env` is neither read nor changed.
 * - It is parsed by the package [`dotenv`](https://www.npmjs.com/package/dotenv). Nothing is expanded or run: `$HOME` is a text.
 * - **A line that is not an assignment is an error** with the number of the line, and never its text: it may be a part of a key.
 * - **Names are folded as in `@secretkit/env`**: `database-url` is `DATABASE_URL`. So the same code reads `.env`
 *   on a laptop and the environment in production.
 * - An empty variable is missing, and hides that of a later file. Of several files, those that do not exist are left out, unless none does.
 *
 * ## Errors
 *
 * No error shows a path or a part of a file.
 *
 * | error | when | what to do |
 * | --- | --- | --- |
 * | `unavailable` | the folder or the `.env` file does not exist, is a file in the place of a folder, or cannot be read | mount it, or correct the path |
 * | `unavailable` | the process may not read the folder or the file, or a link leads out of the folder or nowhere | allow its user to read it |
 * | `unavailable` | the file is being rewritten; the folder changed during each attempt; a pipe has no writer | write another file and rename it; start the writer |
 * | `timeout` | a pipe was not written to its end before the deadline | check the writer |
 * | `invalid_data` | a directory, a device, a socket, or more than 1 MiB | put a smaller file, or a pipe, there |
 * | `invalid_data` | a line of a `.env` file is not an assignment, or the file is not UTF-8 | fix the line whose number the message has |
 * | `invalid_argument` | a name with `/`, or one that begins with `..` | use the name of a file; make another provider for its folder |
 * | `unsupported` | a ref with a version, or a write | omit the version |
 * | `closed` | the provider was disposed | create a new one |
 * | `TypeError` | wrong options, at construction; a URL without a path or with other parts | fix the option that the message names |
 * | `RangeError` | `pollMs` is out of its range | use a number within the range |
 *
 * A denial by the file system is `unavailable` and not `permission_denied`: after the latter a cache forgets its value, and a mode that
 * is wrong for a moment revokes nothing.
 *
 * @packageDocumentation
 */

export type { DirectorySecretsOptions } from './directory-options.js';
export { type DirectorySecrets, directorySecrets } from './directory-secrets.js';
export type { DotenvSecretsOptions } from './dotenv-options.js';
export { type DotenvSecrets, dotenvSecrets } from './dotenv-secrets.js';
