import { openProvider } from '@secretkit/config';
import { envOpener } from '@secretkit/config/env';
import { memoryOpener } from '@secretkit/config/memory';
import { stripeOpener } from '@secretkit/config/stripe';
import { createSecrets, type SecretsReader } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';

/** Made-up values, for a laptop that has nothing else. */
const initial = {
  'database-url': 'postgres://app:not-a-real-password@localhost/app',
  'partner-token': 'not-a-real-token',
};

/** The secrets of whatever SECRETS_URL names. It is all that differs between a laptop, CI, staging and production. */
export async function openSecrets(env: NodeJS.ProcessEnv): Promise<SecretsReader & AsyncDisposable> {
  const provider = await openProvider(env['SECRETS_URL'], {
    env: envOpener({ env }),
    memory: memoryOpener({ initial }),
    stripe: stripeOpener({ apiKey: () => env['STRIPE_API_KEY'] }),
  });
  return createSecrets(recommended()(provider));
}
