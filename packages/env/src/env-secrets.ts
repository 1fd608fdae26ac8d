import {
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { checkEnvOptions } from './check-env-options.js';
import { readSecretFile } from './secret-file.js';
import { fold, prefixed, type VariableName } from './variable-name.js';

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvSecretsOptions {
  /**
   * The variables, read at every call as they are then.
   * @defaultValue `process.env`
   */
  readonly env?: Environment;
  /**
   * What every variable's name begins with, such as `APP_`. Only with a prefix is there a `list`: without one it would tell
   * everything that the process was started with.
   * @defaultValue none
   */
  readonly prefix?: string;
  /**
   * The variable of a secret, in place of the rule that `stripe-api.key` is `STRIPE_API_KEY`. It may map scoped refs, which
   * are missing otherwise. Goes with no prefix.
   */
  readonly name?: VariableName;
  /** Variables that are never served or listed, by their whole names. @defaultValue none */
  readonly except?: readonly string[];
}

/** Environment variables as a provider. It reads, and that is all. */
export type EnvSecrets = Pick<SecretProvider, 'name' | 'get'> &
  Required<Pick<SecretProvider, 'memory' | 'canonical'>>;

/** The same with a prefix: it can list, too. */
export type ListableEnvSecrets = EnvSecrets & Required<Pick<SecretProvider, 'list'>>;

const fileSuffix = '_FILE';

/**
 * Secrets of environment variables, and of files that such variables name: where `DATABASE_URL` is not set,
 * `DATABASE_URL_FILE` may name a file that holds the value, as Docker and Kubernetes mount them.
 *
 * @throws `TypeError` for wrong options, when it is built.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 *
 * const secrets = createSecrets(envSecrets({ prefix: 'APP_' }));
 * const url = await secrets.get('database-url'); // APP_DATABASE_URL, or the file that APP_DATABASE_URL_FILE names
 * ```
 */
export function envSecrets(options: EnvSecretsOptions & { readonly prefix: string }): ListableEnvSecrets;
export function envSecrets(options?: EnvSecretsOptions): EnvSecrets;
export function envSecrets(options: EnvSecretsOptions = {}): EnvSecrets | ListableEnvSecrets {
  checkEnvOptions(options);
  const { prefix, name = prefixed(prefix ?? ''), except = [] } = options;
  const excepted = new Set(except);
  const variables = (): Environment => options.env ?? processEnv();

  /** What is set for a secret: a value, or the file that holds it. */
  function setFor(
    ref: SecretRef,
  ): { variable: string; value?: string | undefined; file?: string | undefined } | undefined {
    const variable = name(ref);
    // What ends in _FILE names a file: a path is never served in place of what is in it.
    if (variable === undefined || excepted.has(variable)) return undefined;
    const value = variable.endsWith(fileSuffix) ? undefined : own(variables(), variable);
    const file = excepted.has(variable + fileSuffix) ? undefined : own(variables(), variable + fileSuffix);
    return { variable, value, file };
  }

  const provider: EnvSecrets = {
    name: 'env',

    async get(ref, { signal }) {
      signal?.throwIfAborted();
      const { variable, value, file } = setFor(ref) ?? {};
      if (value !== undefined && file !== undefined) {
        throw new SecretError(
          'invalid_argument',
          `both ${variable} and ${variable}${fileSuffix} are set. Unset one of them.`,
        );
      }
      if (file === undefined) return sealed(value);
      return sealed(await readSecretFile(file, `${variable}${fileSuffix}`, signal));
    },

    // For looks only: it holds no copies.
    memory: Object.freeze({
      cached: (ref: SecretRef) => (touch: boolean) => {
        if (touch) return undefined;
        const { value, file } = setFor(ref) ?? {};
        const secret = file === undefined ? sealed(value) : undefined;
        return secret && { secret };
      },
    }),

    // Names that fold together are one secret. One that no variable holds is told apart by a character that no name has.
    canonical(ref) {
      const identity = name(ref) ?? `\0${ref.name}`;
      return ref.scope ? { name: identity, scope: ref.scope } : { name: identity };
    },
  };
  if (prefix === undefined) return Object.freeze(provider);

  const listable: ListableEnvSecrets = {
    ...provider,
    async list({ scope, cursor, limit }, { signal }) {
      signal?.throwIfAborted();
      if (scope?.account !== undefined || scope?.user !== undefined) return { refs: [] };
      const names = namesOf(variables(), prefix, excepted).filter(
        (each) => cursor === undefined || each > cursor,
      );
      const page = names.slice(0, limit);
      const last = page.at(-1);
      return {
        refs: page.map((each) => ({ name: each })),
        ...(page.length < names.length && last !== undefined && { cursor: last }),
      };
    },
  };
  return Object.freeze(listable);
}

/** The names under a prefix, as `get` takes them, in order and once each. */
function namesOf(variables: Environment, prefix: string, excepted: ReadonlySet<string>): string[] {
  const names = new Set<string>();
  for (const variable of Object.keys(variables)) {
    if (!variable.startsWith(prefix) || own(variables, variable) === undefined) continue;
    const holder = variable.endsWith(fileSuffix) ? variable.slice(0, -fileSuffix.length) : variable;
    const name = holder.slice(prefix.length);
    if (name === '' || fold(name) !== name) continue; // no name leads to it
    if (!excepted.has(variable) && !excepted.has(holder)) names.add(name);
  }
  return [...names].sort();
}

/** The variable, if it is set and not empty. */
function own(variables: Environment, variable: string): string | undefined {
  return Object.hasOwn(variables, variable) ? variables[variable] || undefined : undefined;
}

function sealed(value: string | undefined): Secret | undefined {
  if (value === undefined || value === '') return undefined;
  if (value.isWellFormed()) return seal(value);
  throw new SecretError('invalid_data', 'the value holds half of a surrogate pair. Set it again.');
}

function processEnv(): Environment {
  const { process } = globalThis as { process?: { env: Environment } }; // there is none on some platforms
  return process?.env ?? {};
}
