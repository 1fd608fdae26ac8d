import { checkOptions } from '@secretkit/core/provider';
import type { Environment, EnvSecrets } from '@secretkit/env';
import { installed } from './installed.js';
import { urlParameters } from './url-parameters.js';

export interface EnvOpenerOptions {
  /** The variables, read at every call as they are then. @defaultValue `process.env` */
  readonly env?: Environment;
  /** Variables that are never served or listed, by their whole names. @defaultValue none */
  readonly except?: readonly string[];
}

/**
 * Opens `env:` and `env:?prefix=APP_`: environment variables, and the files that they name. It loads `@secretkit/env` when a
 * URL is opened.
 *
 * @throws `TypeError` for wrong options.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { envOpener } from '@secretkit/config/env';
 *
 * const provider = await openProvider('env:?prefix=APP_', { env: envOpener() });
 * ```
 */
export function envOpener(options: EnvOpenerOptions = {}): (url: URL) => Promise<EnvSecrets> {
  checkOptions('envOpener', options, ['env', 'except']);
  return async (url) => {
    const { prefix } = urlParameters(url, ['prefix']);
    const { envSecrets } = await installed(() => import('@secretkit/env'), '@secretkit/env');
    return prefix === undefined ? envSecrets(options) : envSecrets({ ...options, prefix });
  };
}
