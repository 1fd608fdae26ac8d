import { isSecretError } from '@secretkit/core';
import { describe, loadConfig } from './application.js';
import { openSecrets } from './open-secrets.js';

/** Starts the application. Returns its exit code: 1 if secrets are missing, 2 if SECRETS_URL is invalid. */
export async function run(env: NodeJS.ProcessEnv, print: (text: string) => void): Promise<number> {
  try {
    const secrets = await openSecrets(env);
    try {
      print(describe(await loadConfig(secrets)));
      return 0;
    } finally {
      await secrets[Symbol.asyncDispose]();
    }
  } catch (error) {
    if (!isSecretError(error) && !(error instanceof TypeError)) throw error;
    print(error.message); // it contains names, never values
    return isSecretError(error) ? 1 : 2;
  }
}
