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
   * Returns the variable of a secret. It may map scoped refs, which are missing by default. Must not be combined
   * with `prefix`.
   * @defaultValue `stripe-api.key` is `STRIPE_API_KEY`
   */
  readonly name?: VariableName;
  /** Variables that are never served or listed, by their full names. @defaultValue none */
  readonly exclude?: readonly string[];
}

/** @throws `TypeError` for wrong options. */
export function checkEnvOptions(options: EnvSecretsOptions): void {
  const owner = 'envSecrets';
  checkOptions(owner, options, ['env', 'prefix', 'name', 'exclude']);
  const { env, prefix, name, exclude } = options;
  checkEnvironment(owner, env);
  checkExclude(owner, exclude);
  if (prefix !== undefined && (typeof prefix !== 'string' || !/^\w+$/.test(prefix))) {
    const got = typeof prefix === 'string' ? 'another string' : kindOf(prefix);
    throw new TypeError(
      `${owner}: prefix must be one or more letters, digits and underscores, such as "APP_", got ${got}.`,
    );
  }
  if (name !== undefined && typeof name !== 'function') {
    throw new TypeError(`${owner}: name must be a function that returns a variable, got ${kindOf(name)}.`);
  }
  if (name !== undefined && prefix !== undefined) {
    throw new TypeError(
      `${owner}: name must not be combined with prefix: name returns the full variable. Omit one of them.`,
    );
  }
}

/** @throws `TypeError` for anything but an object of variables. */
export function checkEnvironment(owner: string, env: Environment | undefined): void {
  if (env === undefined || (typeof env === 'object' && env !== null)) return;
  throw new TypeError(
    `${owner}: env must be an object of variables, such as process.env, got ${kindOf(env)}.`,
  );
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
