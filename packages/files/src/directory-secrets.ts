import { resolve } from 'node:path';
import {
  type Answer,
  type CallContext,
  isSecretError,
  type SecretError,
  type SecretProvider,
  type SecretScope,
  seal,
  throwIfAborted,
} from '@secretkit/core/provider';
import { decodeText, type FileResult } from '@secretkit/file-reader';
import { defaultPollMs } from './check-file-options.js';
import { checkDirectoryOptions, type DirectorySecretsOptions } from './directory-options.js';
import { fileError } from './file-error.js';
import { checkFileName, isFileName } from './file-name.js';
import { folderReader } from './folder-reader.js';
import { watchFolder } from './folder-watcher.js';
import { followChanges } from './follow-changes.js';
import { namePage } from './name-page.js';

/** A folder of files as a provider. It reads and lists, and reports changes to a cache around it. */
export type DirectorySecrets = Pick<SecretProvider, 'name' | 'get'> &
  Required<Pick<SecretProvider, 'getMany' | 'list' | 'memory' | typeof Symbol.asyncDispose>>;

/**
 * Returns a provider of the files of a folder, each of which holds one secret: a secret that Kubernetes mounts,
 * `/run/secrets` of Docker and Compose, or `$CREDENTIALS_DIRECTORY` of systemd.
 *
 * A batch is of one generation: where Kubernetes swaps the mounted files, it never mixes old and new ones.
 *
 * @throws `TypeError` or `RangeError` for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { directorySecrets } from '@secretkit/files';
 *
 * const secrets = createSecrets(directorySecrets({ directory: '/run/secrets' }));
 * ```
 */
export function directorySecrets(given: DirectorySecretsOptions): DirectorySecrets {
  const options = checkDirectoryOptions('directorySecrets', given);
  const { keepNewline = false, pollMs = defaultPollMs } = options;
  const directory = resolve(options.directory); // the working directory may change
  const folder = folderReader(directory);
  const changes = followChanges(read, (look) =>
    pollMs === false ? () => undefined : watchFolder(directory, pollMs, look),
  );

  async function read(names: readonly string[], ctx: CallContext): Promise<readonly Answer[]> {
    const { version, results } = await folder.read(names, ctx);
    return results.map((result) => sealed(result, version));
  }

  function sealed(result: FileResult, version: string | undefined): Answer {
    if (!('bytes' in result)) {
      return result.failure === 'absent' ? undefined : fileError(result.failure, 'the file of this secret');
    }
    const value = decodeText(result.bytes, { keepNewline });
    return value.length === 0 ? undefined : seal(value, version === undefined ? {} : { version });
  }

  async function readAndRecord(names: readonly string[], ctx: CallContext): Promise<readonly Answer[]> {
    const answers = await read(names, ctx);
    for (const [at, name] of names.entries()) {
      const answer = answers[at];
      if (!isSecretError(answer)) changes.record(name, answer);
    }
    return answers;
  }

  return Object.freeze<DirectorySecrets>({
    name: 'directory',

    async get({ name, scope }, ctx) {
      throwIfAborted(ctx.signal);
      if (isScoped(scope)) return undefined;
      checkFileName(name);
      const [answer] = await readAndRecord([name], ctx);
      if (isSecretError(answer)) throw answer;
      return answer;
    },

    async getMany(refs, ctx) {
      throwIfAborted(ctx.signal);
      if (isScoped(refs[0]?.scope)) return refs.map(() => undefined);
      const names = [...new Set(refs.map(({ name }) => name))].filter(isFileName);
      const answers = names.length > 0 ? await readAndRecord(names, ctx) : [];
      const byName = new Map(names.map((name, at) => [name, answers[at]]));
      return refs.map(({ name }) => refusalOf(name) ?? byName.get(name));
    },

    async list(query, ctx) {
      throwIfAborted(ctx.signal);
      if (isScoped(query.scope)) return { refs: [] };
      return namePage(await folder.names(ctx), query);
    },

    memory: Object.freeze({ subscribe: changes.subscribe }),

    async [Symbol.asyncDispose]() {
      changes.close();
      await folder.close();
    },
  });
}

/** A file belongs to no account and no user. */
function isScoped({ account, user }: SecretScope = {}): boolean {
  return account !== undefined || user !== undefined;
}

function refusalOf(name: string): SecretError | undefined {
  try {
    checkFileName(name);
    return undefined;
  } catch (error) {
    return error as SecretError; // it throws nothing else
  }
}
