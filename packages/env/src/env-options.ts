import { checkOptions, kindOf } from '@secretkit/core/provider';
import type { VariableName } from './variable-name.js';
import type { Environment } from './variables.js';

export interface EnvSecretsOptions {
  /**
   * The variables. Each call reads them again.
   * @defaultValue `process.env`
   */
  readonly env?: Environment;
  /**
   * The start of every variable's name, such as `APP_`. Without a prefix there is no `list`: it would return every variable
   * that the process was started with.
   * @defaultValue none
   */
  readonly prefix?: string;
  /**
   * A template of the variables of tenants, such as `{account}__{name}`, or a function that returns the variable of a secret.
   * Without either a scoped ref is missing. Must not be combined with `prefix`.
   *
   * A template has `{name}`, and `{account}` or `{user}` or both, joined by `__`, with other text before, between and after
   * them. It adds `list`. The name is converted to a variable's; account and user are
   * unchanged.
   * @defaultValue `stripe-secret.key` is `STRIPE_SECRET_KEY`
   */
  readonly name?: string | VariableName;
  /** Variables that are never served or listed, by their full names. @defaultValue none */
  readonly exclude?: readonly string[];
}

/** Returns the options, without any that they inherit. @throws `TypeError` for wrong options. */
export function checkEnvOptions(given: EnvSecretsOptions): EnvSecretsOptions {
  const owner = 'envSecrets';
  const options = checkOptions(owner, given, ['env', 'prefix', 'name', 'exclude']);
  const { env, prefix, name, exclude } = options;
  checkEnvironment(owner, env);
  checkExclude(owner, exclude);
  if (prefix !== undefined && (typeof prefix !== 'string' || !/^\w+$/.test(prefix))) {
    const got = typeof prefix === 'string' ? 'another string' : kindOf(prefix);
    throw new TypeError(
      `${owner}: prefix must be one or more letters, digits and underscores, such as "APP_", got ${got}.`,
    );
  }
  if (name !== undefined && typeof name !== 'function' && typeof name !== 'string') {
    throw new TypeError(
      `${owner}: name must be a template or a function that returns a variable, got ${kindOf(name)}.`,
    );
  }
  if (name !== undefined && prefix !== undefined) {
    throw new TypeError(
      `${owner}: name must not be combined with prefix: name returns the full variable. Omit one of them.`,
    );
  }
  return options;
}

/** @throws `TypeError` for anything but an object of variables. */
export function checkEnvironment(owner: string, env: Environment | undefined): void {
  if (env === undefined || (typeof env === 'object' && env !== null && !isContainer(env))) return;
  throw new TypeError(
    `${owner}: env must be an object of variables, such as process.env, got ${kindOf(env)}.`,
  );
}

// The variables of a map, a list, a promise and `Deno.env` are not their properties: each of them would be missing. Only symbols
// are read: a runtime may refuse names.
function isContainer(env: object): boolean {
  const { Deno } = globalThis as { Deno?: { env?: unknown } };
  try {
    const { [Symbol.iterator]: iterator, [Symbol.toStringTag]: tag } = env as Record<symbol, unknown>;
    return typeof iterator === 'function' || tag === 'Promise' || env === Deno?.env;
  } catch {
    return false; // each read reports it
  }
}

/** @throws `TypeError` for anything but a list of names. */
export function checkExclude(owner: string, exclude: unknown): void {
  const expected = `${owner}: exclude must be a list of variable names, such as ["PATH"]`;
  if (exclude === undefined) return;
  if (!Array.isArray(exclude)) throw new TypeError(`${expected}, got ${kindOf(exclude)}.`);
  if (exclude.some((variable) => typeof variable !== 'string')) {
    throw new TypeError(`${expected}, got a list with other elements.`);
  }
}
