import { checkOptions } from '@secretkit/core/provider';
import type { EnvSecretsOptions } from './env-secrets.js';

/** @throws `TypeError` for wrong options. */
export function checkEnvOptions(options: EnvSecretsOptions): void {
  checkOptions('envSecrets', options, ['env', 'prefix', 'name', 'except']);
  const { env, prefix, name, except } = options;
  if (env !== undefined && (typeof env !== 'object' || env === null)) {
    throw new TypeError('envSecrets: env is an object of variables, such as process.env.');
  }
  if (prefix !== undefined && (typeof prefix !== 'string' || !/^\w+$/.test(prefix))) {
    throw new TypeError("envSecrets: prefix is what the variables' names begin with, such as 'APP_'.");
  }
  if (name !== undefined && prefix !== undefined) {
    throw new TypeError(
      'envSecrets: name gives the whole name of a variable, and takes no prefix. Drop one of them.',
    );
  }
  if (
    except !== undefined &&
    (!Array.isArray(except) || except.some((variable) => typeof variable !== 'string'))
  ) {
    throw new TypeError("envSecrets: except is an array of variables' names, such as ['PATH'].");
  }
}
