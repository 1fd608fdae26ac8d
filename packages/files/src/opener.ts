import { checkOptions, checkScheme, type Opener, urlParameters } from '@secretkit/core/provider';
import { checkFlag, checkPoll } from './check-file-options.js';
import { type DirectorySecrets, directorySecrets } from './directory-secrets.js';
import { type DotenvSecrets, dotenvSecrets } from './dotenv-secrets.js';

export interface DirectoryOpenerOptions {
  /** Keeps the newline at the end of a text. @defaultValue false */
  readonly keepNewline?: boolean;
  /** The time between two looks for changes, in milliseconds, or `false`. @defaultValue 1000 */
  readonly pollMs?: number | false;
  /** The scheme of the URLs that it opens, in lower case and without a colon. @defaultValue `directory` */
  readonly scheme?: string;
}

export interface DotenvOpenerOptions {
  /** The time between two looks for changes, in milliseconds, or `false`. @defaultValue 1000 */
  readonly pollMs?: number | false;
  /** The scheme of the URLs that it opens, in lower case and without a colon. @defaultValue `dotenv` */
  readonly scheme?: string;
}

/**
 * Returns an opener of `directory:/run/secrets`: the files of a folder.
 *
 * @throws `TypeError` or `RangeError` for wrong options. When it opens a URL: `TypeError` for one without a path.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { directoryOpener } from '@secretkit/files/opener';
 *
 * const provider = await openProvider('directory:/run/secrets', [directoryOpener()]);
 * ```
 */
export function directoryOpener(options: DirectoryOpenerOptions = {}): Opener<DirectorySecrets> {
  const own = checkOptions('directoryOpener', options, ['keepNewline', 'pollMs', 'scheme']);
  const { scheme = 'directory', ...rest } = own;
  checkFlag('directoryOpener', 'keepNewline', rest.keepNewline);
  checkPoll('directoryOpener', rest.pollMs);
  checkScheme('directoryOpener', scheme);
  return Object.freeze<Opener<DirectorySecrets>>({
    schemes: Object.freeze([scheme]),
    open: (url) => directorySecrets({ directory: pathOf(url, '/run/secrets'), ...rest }),
  });
}

/**
 * Returns an opener of `dotenv:.env` and of `dotenv:.env.local,.env`: the variables of files, of which an earlier one wins.
 *
 * @throws `TypeError` or `RangeError` for wrong options. When it opens a URL: `TypeError` for one without a path.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { dotenvOpener } from '@secretkit/files/opener';
 *
 * const provider = await openProvider('dotenv:.env.local,.env', [dotenvOpener()]);
 * ```
 */
export function dotenvOpener(options: DotenvOpenerOptions = {}): Opener<DotenvSecrets> {
  const { scheme = 'dotenv', ...rest } = checkOptions('dotenvOpener', options, ['pollMs', 'scheme']);
  checkPoll('dotenvOpener', rest.pollMs);
  checkScheme('dotenvOpener', scheme);
  return Object.freeze<Opener<DotenvSecrets>>({
    schemes: Object.freeze([scheme]),
    open: (url) => dotenvSecrets({ path: pathsOf(url), ...rest }),
  });
}

/** Returns the path of `scheme:relative`, `scheme:/absolute` or `scheme:///absolute`. */
function pathOf(url: URL, example: string): string {
  const [path = ''] = decoded(url, [url.pathname], example);
  return path;
}

/** Commas separate paths. One within a name is written as `%2C`. */
function pathsOf(url: URL): readonly string[] {
  return decoded(url, url.pathname.split(','), '.env');
}

function decoded(url: URL, paths: readonly string[], example: string): readonly string[] {
  urlParameters(new URL(`${url.protocol}${url.search}${url.hash}`), []);
  if (url.host !== '' || paths.includes('')) throw wrong(url, example); // directory://run/secrets has the host run
  try {
    // Windows: /C:/secrets is C:/secrets.
    return paths.map((path) => decodeURIComponent(path).replace(/^\/(?=[A-Za-z]:\/)/, ''));
  } catch {
    throw wrong(url, example);
  }
}

function wrong({ protocol }: URL, example: string): TypeError {
  return new TypeError(`${protocol} URL must have a path and no host. Write ${protocol}${example}.`);
}
