import { resolve } from 'node:path';
import {
  type Answer,
  type CallContext,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretScope,
  seal,
  throwIfAborted,
} from '@secretkit/core/provider';
import { decodeText, fileReader } from '@secretkit/file-reader';
import { maxFileBytes } from './check-file-options.js';
import { checkDotenvOptions, type DotenvSecretsOptions } from './dotenv-options.js';
import { fileError } from './file-error.js';
import { followChanges } from './follow-changes.js';
import { namePage } from './name-page.js';
import { parseDotenv } from './parse-dotenv.js';

/** `.env` files as a provider. It reads and lists, and reports changes to a cache around it. */
export type DotenvSecrets = Pick<SecretProvider, 'name' | 'get'> &
  Required<Pick<SecretProvider, 'getMany' | 'list' | 'memory' | 'canonical' | typeof Symbol.asyncDispose>>;

/**
 * Returns a provider of the variables of `.env` files, for laptops. The process's own variables are neither read nor changed.
 *
 * @throws `TypeError` or `RangeError` for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { dotenvSecrets } from '@secretkit/files';
 *
 * const secrets = createSecrets(dotenvSecrets({ path: ['.env.local', '.env'] }));
 * ```
 */
export function dotenvSecrets(options: DotenvSecretsOptions): DotenvSecrets {
  const { paths: given, pollMs } = checkDotenvOptions('dotenvSecrets', options);
  const paths = given.map((path) => resolve(path)); // the working directory may change
  const reader = fileReader(maxFileBytes);
  const changes = followChanges(
    async (names, ctx) => {
      const variables = await readVariables(ctx);
      return names.map((name) => sealed(variables, name));
    },
    (look) => {
      if (pollMs === false) return () => undefined;
      const timer = setInterval(() => void look(), pollMs).unref(); // it does not reject
      return () => clearInterval(timer);
    },
  );

  /** Returns the variables of all files, by their names in upper case. @throws `SecretError` for a file that cannot be read. */
  async function readVariables(ctx: CallContext): Promise<ReadonlyMap<string, string>> {
    const results = await Promise.all(paths.map((path) => reader.read(path, ctx)));
    const files = results.map((result, at) => {
      const file = paths.length === 1 ? 'the file of the option path' : `the file of path[${at}]`;
      if ('bytes' in result) return variablesOf(result.bytes, file);
      if (result.failure !== 'absent') throw fileError(result.failure, file);
      return undefined;
    });
    if (files.every((file) => file === undefined)) {
      throw fileError(
        'absent',
        paths.length === 1 ? 'the file of the option path' : 'each file of the option path',
      );
    }
    return new Map(files.reverse().flatMap((file) => [...(file ?? [])])); // of two entries, the later one counts
  }

  function readNow(ctx: CallContext): Promise<ReadonlyMap<string, string>> {
    throwIfAborted(ctx.signal);
    return readVariables(ctx);
  }

  function recorded(variables: ReadonlyMap<string, string>, name: string): Secret | undefined {
    const folded = toVariableName(name);
    const secret = sealed(variables, folded);
    changes.record(folded, secret);
    return secret;
  }

  return Object.freeze<DotenvSecrets>({
    name: 'dotenv',

    async get({ name, scope }, ctx) {
      const variables = await readNow(ctx);
      return isScoped(scope) ? undefined : recorded(variables, name);
    },

    async getMany(refs, ctx): Promise<readonly Answer[]> {
      const variables = await readNow(ctx);
      return refs.map(({ name, scope }) => (isScoped(scope) ? undefined : recorded(variables, name)));
    },

    async list(query, ctx) {
      const variables = await readNow(ctx);
      if (isScoped(query.scope)) return { refs: [] };
      const set = [...variables].filter(([, value]) => value !== '');
      return namePage(set.map(([name]) => name).sort(), query);
    },

    memory: Object.freeze({ subscribe: changes.subscribe }),

    canonical: (ref) => ({ ...ref, name: toVariableName(ref.name) }),

    async [Symbol.asyncDispose]() {
      changes.close();
      await reader.close();
    },
  });
}

/** @throws `invalid_data` for a file that is not UTF-8, or has a line that is not an assignment. */
function variablesOf(bytes: Uint8Array, file: string): ReadonlyMap<string, string> {
  const text = decodeText(bytes);
  if (typeof text !== 'string')
    throw new SecretError('invalid_data', `${file} must be UTF-8. Save it as UTF-8.`);
  const { variables, strayLine } = parseDotenv(text);
  if (strayLine !== undefined) {
    // It is not quoted: it may be a part of a value.
    throw new SecretError(
      'invalid_data',
      `line ${strayLine} of ${file} must be an assignment such as NAME=value, a comment or empty. ` +
        'Put a value of several lines into quotes.',
    );
  }
  return new Map([...variables].map(([name, value]) => [toVariableName(name), value]));
}

/** As in `@secretkit/env`: the name `stripe-secret.key` is the variable `STRIPE_SECRET_KEY`. */
function toVariableName(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_');
}

function sealed(variables: ReadonlyMap<string, string>, name: string): Secret | undefined {
  const value = variables.get(name);
  return value === undefined || value === '' ? undefined : seal(value);
}

/** A variable belongs to no account and no user. */
function isScoped({ account, user }: SecretScope = {}): boolean {
  return account !== undefined || user !== undefined;
}
