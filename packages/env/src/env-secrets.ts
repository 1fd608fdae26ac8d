import {
  type CachedReader,
  invalid,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { checkEnvOptions, type EnvSecretsOptions } from './env-options.js';
import { listNames } from './list-names.js';
import { readSecretFile } from './secret-file.js';
import { withPrefix } from './variable-name.js';
import { type Environment, fileSuffix, processEnv, readVariable } from './variables.js';

/** Environment variables as a provider. It only reads. */
export type EnvSecrets = Pick<SecretProvider, 'name' | 'get'> &
  Required<Pick<SecretProvider, 'memory' | 'canonical'>>;

/** Environment variables under a prefix as a provider. It reads and lists. */
export type ListableEnvSecrets = EnvSecrets & Required<Pick<SecretProvider, 'list'>>;

/**
 * Returns a provider of environment variables and of the files that variables name: if `DATABASE_URL` is not set,
 * `DATABASE_URL_FILE` may name a file that holds the value, as Docker and Kubernetes mount secrets.
 *
 * @throws `TypeError` for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 *
 * const secrets = createSecrets(envSecrets({ prefix: 'APP_' }));
 * const url = await secrets.get('database-url'); // APP_DATABASE_URL, or the file in APP_DATABASE_URL_FILE
 * ```
 */
export function envSecrets(options: EnvSecretsOptions & { readonly prefix: string }): ListableEnvSecrets;
export function envSecrets(options?: EnvSecretsOptions): EnvSecrets;
export function envSecrets(options: EnvSecretsOptions = {}): EnvSecrets | ListableEnvSecrets {
  checkEnvOptions(options);
  const { prefix, name = withPrefix(prefix ?? ''), exclude = [] } = options;
  const excluded = new Set(exclude);
  const variables = (): Environment => options.env ?? processEnv();

  function find(ref: SecretRef): Found {
    const variable = name(ref);
    if (variable === undefined || excluded.has(variable)) return {};
    // A name with the suffix is the name of a file: its path is never served instead of its content.
    const value = variable.endsWith(fileSuffix) ? undefined : readVariable(variables(), variable);
    const pathVariable = variable + fileSuffix;
    const path = excluded.has(pathVariable) ? undefined : readVariable(variables(), pathVariable);
    if (path === undefined) return { value };
    return { value, file: { path, pathVariable, variable } };
  }

  const provider: EnvSecrets = {
    name: 'env',

    async get(ref, { signal }) {
      signal?.throwIfAborted();
      const { value, file } = find(ref);
      if (!file) return sealed(value);
      const { path, pathVariable, variable } = file;
      if (value !== undefined) {
        throw invalid(`${variable} and ${pathVariable} must not both be set. Unset one of them.`);
      }
      return sealed(await readSecretFile(path, pathVariable, signal));
    },

    memory: Object.freeze({
      cached: (ref: SecretRef) =>
        lookOnly(() => {
          if (ref.version !== undefined) return undefined; // there are no versions
          const { value, file } = find(ref);
          return file ? undefined : sealed(value); // a file needs I/O
        }),
    }),

    // Names of one variable are one secret. A control character, which no name has, marks a secret without a variable.
    canonical(ref) {
      const identity = name(ref) ?? `\0${ref.name}`;
      return { ...ref, name: identity };
    },
  };
  if (prefix === undefined) return Object.freeze(provider);

  const listable: ListableEnvSecrets = {
    ...provider,
    async list({ scope, cursor, limit }, { signal }) {
      signal?.throwIfAborted();
      if (scope?.account !== undefined || scope?.user !== undefined) return { refs: [] };
      const names = listNames(variables(), prefix, excluded);
      const remaining = names.filter((each) => cursor === undefined || each > cursor);
      const page = remaining.slice(0, limit);
      const last = page.at(-1);
      return {
        refs: page.map((each) => ({ name: each })),
        ...(page.length < remaining.length && last !== undefined && { cursor: last }),
      };
    },
  };
  return Object.freeze(listable);
}

/** What is set for a secret: a value, a file that holds it, both or neither. */
interface Found {
  readonly value?: string | undefined;
  readonly file?: { readonly path: string; readonly pathVariable: string; readonly variable: string };
}

/** Returns a reader for looks only: a variable has no promise to share between reads. */
function lookOnly(look: () => Secret | undefined): CachedReader {
  return (touch) => {
    const secret = touch ? undefined : look();
    return secret && { secret };
  };
}

function sealed(value: string | Uint8Array | undefined): Secret | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || value.isWellFormed()) return seal(value);
  throw new SecretError('invalid_data', 'the value must not have a lone surrogate. Set it again.');
}
