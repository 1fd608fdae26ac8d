import { checkOptions } from '@secretkit/core/provider';
import { checkFlag, checkPath, checkPoll } from './check-file-options.js';

export interface DirectorySecretsOptions {
  /**
   * The path of the folder. Its files are the secrets, by their names. A relative one counts from the working directory of the
   * process at the moment of this call.
   */
  readonly directory: string;
  /** Keeps the newline at the end of a text. @defaultValue false */
  readonly keepNewline?: boolean;
  /**
   * The time between two looks for changes, in milliseconds, from 10 to 2³¹ − 1. In between, the folder is watched. `false`
   * does neither: a cache around it then serves a value until its `ttlMs` ends.
   * @defaultValue 1000
   */
  readonly pollMs?: number | false;
}

const known = [
  'directory',
  'keepNewline',
  'pollMs',
] as const satisfies readonly (keyof DirectorySecretsOptions)[];

/** Returns the options, without any that they inherit. @throws `TypeError` or `RangeError` for wrong options. */
export function checkDirectoryOptions(
  owner: string,
  given: DirectorySecretsOptions,
): DirectorySecretsOptions {
  const options = checkOptions(owner, given, known);
  const { directory, keepNewline, pollMs } = options;
  checkPath(owner, 'directory', directory, '/run/secrets');
  checkFlag(owner, 'keepNewline', keepNewline);
  checkPoll(owner, pollMs);
  return options;
}
