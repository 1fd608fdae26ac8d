import { checkOptions, kindOf } from '@secretkit/core/provider';
import { checkPath, checkPoll, defaultPollMs } from './check-file-options.js';

export interface DotenvSecretsOptions {
  /**
   * The path of the file, or of several: a variable of an earlier one wins, and those that do not exist are left out, unless
   * none does. A relative path counts from the working directory of the process at the moment of this call.
   */
  readonly path: string | readonly string[];
  /**
   * The time between two looks for changes, in milliseconds, from 10 to 2³¹ − 1. `false`: none, so that a cache around it
   * serves a value until its `ttlMs` ends.
   * @defaultValue 1000
   */
  readonly pollMs?: number | false;
}

const known = ['path', 'pollMs'] as const satisfies readonly (keyof DotenvSecretsOptions)[];

/** Returns the options, with a list of paths. @throws `TypeError` or `RangeError` for wrong options. */
export function checkDotenvOptions(
  owner: string,
  options: DotenvSecretsOptions,
): { readonly paths: readonly string[]; readonly pollMs: number | false } {
  const { path, pollMs = defaultPollMs } = checkOptions(owner, options, known);
  checkPoll(owner, pollMs);
  if (!Array.isArray(path)) {
    checkPath(owner, 'path', path, '.env');
    return { paths: [path as string], pollMs }; // it was checked
  }
  if (path.length === 0)
    throw new TypeError(`${owner}: path must have a path, such as ".env", got ${kindOf(path)} without one.`);
  Array.from(path, (each: unknown, at) => checkPath(owner, `path[${at}]`, each, '.env'));
  return { paths: [...(path as readonly string[])], pollMs }; // each was checked
}
