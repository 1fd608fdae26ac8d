import { checkOptions, checkScheme, type Opener, urlParameters } from '@secretkit/core/provider';
import { checkEnvironment, checkExclude } from './env-options.js';
import { type EnvSecrets, envSecrets, type ListableEnvSecrets } from './env-secrets.js';
import type { Environment } from './variables.js';

export interface EnvOpenerOptions {
  /** The variables. Each call reads them again. @defaultValue `process.env` */
  readonly env?: Environment;
  /** Variables that are never served or listed, by their full names. @defaultValue none */
  readonly exclude?: readonly string[];
  /** The scheme of the URLs that it opens, in lower case and without a colon. @defaultValue `env` */
  readonly scheme?: string;
}

/**
 * Returns an opener of `env:`, `env:?prefix=APP_` and `env:?name={account}__{name}`: environment variables, and the files that
 * they name.
 *
 * @throws `TypeError` for wrong options. When it opens a URL: `TypeError` for an unknown parameter, a wrong prefix or a wrong template.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { envOpener } from '@secretkit/env/opener';
 *
 * const provider = await openProvider('env:?prefix=APP_', [envOpener()]);
 * ```
 */
export function envOpener(options: EnvOpenerOptions = {}): Opener<EnvSecrets | ListableEnvSecrets> {
  const own = checkOptions('envOpener', options, ['env', 'exclude', 'scheme']);
  const { scheme = 'env', ...rest } = own;
  checkEnvironment('envOpener', rest.env);
  checkExclude('envOpener', rest.exclude);
  checkScheme('envOpener', scheme);
  return Object.freeze<Opener<EnvSecrets | ListableEnvSecrets>>({
    schemes: Object.freeze([scheme]),
    open(url) {
      const { prefix, name } = urlParameters(url, ['prefix', 'name']);
      return envSecrets({
        ...rest,
        ...(prefix !== undefined && { prefix }),
        ...(name !== undefined && { name }),
      });
    },
  });
}
