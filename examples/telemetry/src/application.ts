import { createSecrets, type SecretsReader } from '@secretkit/core';
import { type Environment, envSecrets } from '@secretkit/env';
import { fallback } from '@secretkit/middleware/fallback';
import { recommended } from '@secretkit/middleware/recommended';
import { telemetry, traceFallThrough, traceRetry } from '@secretkit/middleware/telemetry';
import { type StripeClient, stripeSecrets } from '@secretkit/stripe';

/** The parts that differ between deployments. */
export interface Deployment {
  readonly client: StripeClient;
  readonly env: Environment;
  /** The clock and the random source, replaced in tests. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** All code that an application needs: secrets of Stripe, else of the environment, traced. */
export function openSecrets({ client, env, ...tools }: Deployment): SecretsReader & AsyncDisposable {
  const stripe = recommended({ ...tools, retry: { onRetry: traceRetry } })(stripeSecrets({ client }));
  const both = fallback(stripe, envSecrets({ env }), { onFallThrough: traceFallThrough });
  return createSecrets(telemetry({ names: 'hashed', ...(tools.now && { now: tools.now }) })(both));
}
