import {
  checkOptions,
  checkScheme,
  isPlainObject,
  kindOf,
  type Opener,
  urlParameters,
} from '@secretkit/core/provider';
import { type CommandOf, checkExecOptions, type ExecSecretsOptions } from './exec-options.js';
import { type ExecSecrets, execSecrets } from './exec-secrets.js';

export interface ExecOpenerOptions {
  /** The commands that a URL may name, by these names: `op` is opened by `exec:op`. Each is a function, or all options. */
  readonly commands: Readonly<Record<string, CommandOf | ExecSecretsOptions>>;
  /** The scheme of the URLs that it opens, in lower case and without a colon. @defaultValue `exec` */
  readonly scheme?: string;
}

/**
 * Returns an opener of `exec:NAME`, which is one of the commands given here. A URL cannot say what is run.
 *
 * @throws `TypeError` or `RangeError` for wrong options. When it opens a URL: `TypeError` for a name that is not given here.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { execOpener } from '@secretkit/exec/opener';
 *
 * const opener = execOpener({ commands: { op: ({ name }) => ['op', 'read', `op://production/${name}/password`] } });
 * const provider = await openProvider('exec:op', [opener]);
 * ```
 */
export function execOpener(options: ExecOpenerOptions): Opener<ExecSecrets> {
  const { commands, scheme = 'exec' } = checkOptions('execOpener', options, ['commands', 'scheme']);
  checkScheme('execOpener', scheme);
  const byName = new Map(entriesOf(commands));
  const names = [...byName.keys()].join(', ');

  return Object.freeze<Opener<ExecSecrets>>({
    schemes: Object.freeze([scheme]),
    open(url) {
      const { pathname } = url;
      urlParameters(new URL(`${url.protocol}${url.search}${url.hash}`), []);
      const found = url.host === '' ? byName.get(pathname) : undefined;
      if (found) return execSecrets(found);
      throw new TypeError(
        `${scheme}: URL must name one of the commands: ${names}. Write ${scheme}:${[...byName.keys()][0]}.`,
      );
    },
  });
}

function entriesOf(commands: unknown): [string, ExecSecretsOptions][] {
  const owner = 'execOpener';
  if (!isPlainObject(commands) || Object.keys(commands).length === 0) {
    const got = isPlainObject(commands) ? 'an empty object' : kindOf(commands);
    throw new TypeError(`${owner}: commands must be an object of commands by name, got ${got}.`);
  }
  return Object.entries(commands).map(([name, given]: [string, CommandOf | ExecSecretsOptions]) => {
    if (!/^[\w.-]{1,50}$/.test(name)) {
      throw new TypeError(`${owner}: commands must have names of letters, digits, ".", "_" and "-".`);
    }
    const options = typeof given === 'function' ? { command: given } : given;
    checkExecOptions(`${owner}: commands.${name}`, options);
    return [name, options];
  });
}
