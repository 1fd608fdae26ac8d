import {
  type CachedReader,
  invalid,
  isSecretError,
  kindOf,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  seal,
  throwIfAborted,
} from '@secretkit/core/provider';
import { fileReader } from '@secretkit/file-reader';
import { checkEnvOptions, type EnvSecretsOptions } from './env-options.js';
import { listNames } from './list-names.js';
import { checkTemplate, prefixTemplate } from './name-template.js';
import { maxFileBytes, readSecretFile } from './secret-file.js';
import { type Environment, fileSuffix, processEnv, readVariable } from './variables.js';

/** Environment variables as a provider. It only reads. */
export type EnvSecrets = Pick<SecretProvider, 'name' | 'get'> &
  Required<Pick<SecretProvider, 'memory' | 'canonical' | typeof Symbol.asyncDispose>>;

/** Environment variables under a prefix, or of a template, as a provider. It reads and lists. */
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
export function envSecrets(
  options: EnvSecretsOptions & ({ readonly prefix: string } | { readonly name: string }),
): ListableEnvSecrets;
export function envSecrets(options?: EnvSecretsOptions): EnvSecrets;
export function envSecrets(given: EnvSecretsOptions = {}): EnvSecrets | ListableEnvSecrets {
  const options = checkEnvOptions(given);
  const { prefix, name, exclude = [] } = options;
  const template =
    typeof name === 'string' ? checkTemplate('envSecrets', name) : prefixTemplate(prefix ?? '');
  const excluded = new Set(exclude);
  const reader = fileReader(maxFileBytes);
  const variables = (): Environment => options.env ?? processEnv();

  function find(ref: SecretRef): Found {
    const variable = variableOf(ref);
    if (variable === undefined || excluded.has(variable)) return {};
    const refusals: SecretError[] = [];
    const read = (each: string): string | undefined => {
      try {
        return readVariable(variables(), each);
      } catch (error) {
        if (!isSecretError(error, 'permission_denied')) throw error;
        refusals.push(error);
        return undefined;
      }
    };
    // A name with the suffix is the name of a file: its path is never served instead of its content.
    const value = variable.endsWith(fileSuffix) ? undefined : read(variable);
    const pathVariable = variable + fileSuffix;
    const path = excluded.has(pathVariable) ? undefined : read(pathVariable);
    if (path !== undefined) return { value, file: { path, pathVariable, variable } };
    // A runtime may allow one of the two alone.
    if (value === undefined && refusals[0]) throw refusals[0];
    return { value };
  }

  function variableOf(ref: SecretRef): string | undefined {
    if (typeof name !== 'function') return template.variableOf(ref);
    const variable: unknown = name(ref);
    if (variable === undefined || (typeof variable === 'string' && variable !== '')) return variable;
    const got = variable === '' ? 'an empty string' : kindOf(variable);
    throw invalid(`name must return the name of a variable, or undefined, got ${got}. Fix the option.`);
  }

  const provider: EnvSecrets = {
    name: 'env',

    async get(ref, ctx) {
      throwIfAborted(ctx.signal);
      const { value, file } = find(ref);
      if (!file) return sealed(value);
      const { path, pathVariable, variable } = file;
      if (value !== undefined) {
        throw invalid(`${variable} and ${pathVariable} must not both be set. Unset one of them.`);
      }
      return sealed(await readSecretFile(reader, path, pathVariable, ctx));
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
    canonical: (ref) => ({ ...ref, name: orNone(() => variableOf(ref)) ?? `\0${ref.name}` }),

    [Symbol.asyncDispose]: () => reader.close(),
  };
  if (prefix === undefined && typeof name !== 'string') return Object.freeze(provider);

  const listable: ListableEnvSecrets = {
    ...provider,
    async list({ scope, cursor, limit }, { signal }) {
      throwIfAborted(signal);
      const affixes = template.affixesOf(scope);
      if (!affixes) return { refs: [] };
      const names = listNames(variables(), template, affixes, excluded);
      const remaining = names.filter((each) => cursor === undefined || each > cursor);
      const page = remaining.slice(0, limit);
      const last = page.at(-1);
      return {
        refs: page.map((each) => (scope ? { name: each, scope } : { name: each })),
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

/** Returns a reader for looks only: a variable has no promise to share between reads. A read reports what a look cannot. */
function lookOnly(look: () => Secret | undefined): CachedReader {
  return (touch) => {
    const secret = touch ? undefined : orNone(look);
    return secret && { secret };
  };
}

function orNone<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function sealed(value: string | Uint8Array | undefined): Secret | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || value.isWellFormed()) return seal(value);
  throw new SecretError('invalid_data', 'the value must not have a lone surrogate. Set it again.');
}
