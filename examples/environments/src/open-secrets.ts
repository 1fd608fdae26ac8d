import { awsOpener } from '@secretkit/aws/opener';
import { openProvider } from '@secretkit/config';
import { createSecrets, type SecretsReader } from '@secretkit/core';
import { envOpener } from '@secretkit/env/opener';
import { execOpener } from '@secretkit/exec/opener';
import { directoryOpener, dotenvOpener } from '@secretkit/files/opener';
import { memoryOpener } from '@secretkit/memory/opener';
import { recommended } from '@secretkit/middleware/recommended';
import { stripeOpener } from '@secretkit/stripe/opener';

/** Made-up values for a laptop. */
const initial = {
  'database-url': 'postgres://app:not-a-real-password@localhost/app',
  'partner-token': 'not-a-real-token',
};

/** Opens the backend of SECRETS_URL, the only difference between a laptop, CI, staging and production. */
export async function openSecrets(env: NodeJS.ProcessEnv): Promise<SecretsReader & AsyncDisposable> {
  const provider = await openProvider(env['SECRETS_URL'], [
    awsOpener(),
    directoryOpener(),
    dotenvOpener(),
    envOpener({ env }),
    execOpener({ commands: { op: ({ name }) => ['op', 'read', `op://production/${name}/password`] } }),
    memoryOpener({ initial }),
    stripeOpener({ apiKey: () => env['STRIPE_SECRET_KEY'] }),
  ]);
  return createSecrets(recommended()(provider));
}
