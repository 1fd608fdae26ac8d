import { inspect } from 'node:util';
import { isSecretError, type SecretsReader } from '@secretkit/core';
import { createStripeClient } from '@secretkit/stripe/client';
import { startEmulator } from '@secretkit/stripe-emulator';
import { openSecrets } from './application.js';
import { startSdk } from './sdk.js';
import { treeOf } from './tree-of.js';

/** A label on every metric of secretkit. */
const scope = ',otel_scope_name="@secretkit/middleware"';

/** Values that must never show. */
export const values = {
  'database-url': 'postgres://CANARY-of-stripe',
  LOG_LEVEL: 'CANARY-of-the-environment',
};

/**
 * Reads secrets from an emulated Stripe and from the environment, also through failures, and prints the spans and metrics.
 */
export async function runStory(print: (line: string) => void): Promise<void> {
  const sdk = startSdk();
  const emulator = await startEmulator();
  emulator.secrets.put({ name: 'database-url', payload: values['database-url'] });
  const client = createStripeClient({ apiKey: 'sk_test_telemetry', baseUrl: emulator.url });
  let ms = Date.now();
  const now = (): number => ms;
  const secrets = openSecrets({ client, env: { LOG_LEVEL: values.LOG_LEVEL }, now, random: () => 0 });

  async function read(title: string, name: string, times = 1): Promise<void> {
    let answer = '';
    for (let i = 0; i < times; i += 1) answer = await answerOf(secrets, name);
    print(`\n${title}: ${name} → ${answer}`);
    const tree = treeOf(await sdk.takeSpans());
    for (const line of tree.length > 0 ? tree : ['no span']) print(`  ${line}`);
  }

  try {
    await read('A miss', 'database-url');
    await read('A thousand hits', 'database-url', 1_000);
    await read('Not in Stripe, found in the environment', 'log-level');
    await read('Missing in both', 'nothing');
    emulator.faults.add({ kind: 'rateLimited' });
    ms += 301_000;
    await read('Stripe limits the rate, a value just past its freshness is served', 'database-url');
    emulator.faults.clear();
    emulator.faults.add({ kind: 'serverError', times: Number.POSITIVE_INFINITY });
    ms += 60_000;
    await read('Stripe is down, a stale value is served', 'database-url');
    await read('Stripe is down, the environment has the secret', 'log-level');
    await read('Stripe is down, the environment has no such secret', 'nothing');

    print('\nMetrics');
    for (const line of (await sdk.metricsText()).split('\n')) {
      if (/^secretkit_(?!.*(_bucket|_sum){).* [1-9]/.test(line)) print(`  ${line.replace(scope, '')}`);
    }
  } finally {
    await secrets[Symbol.asyncDispose]();
    await emulator.close();
    await sdk.stop();
  }
}

async function answerOf(secrets: SecretsReader, name: string): Promise<string> {
  try {
    const secret = await secrets.get(name);
    return secret ? `${secret.staleSince ? 'stale ' : ''}${inspect(secret)}` : 'missing';
  } catch (error) {
    return isSecretError(error) ? error.code : 'another error';
  }
}
