import { createSecrets, type SecretsReader } from '@secretkit/core';
import { type Environment, envSecrets } from '@secretkit/env';
import { fallback } from '@secretkit/middleware/fallback';
import { recommended } from '@secretkit/middleware/recommended';
import { telemetry, traceFallThrough, traceRetry } from '@secretkit/middleware/telemetry';
import { type StripeClient, stripeSecrets } from '@secretkit/stripe';

/** What differs from one deployment to the next. */
export interface Deployment {
  readonly client: StripeClient;
  readonly env: Environment;
  /** The clock and chance; another than the real ones in tests. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/** These lines are all that an application needs: secrets of Stripe, of the environment where Stripe has none, watched. */
export function openSecrets({ client, env, ...tools }: Deployment): SecretsReader & AsyncDisposable {
  const stripe = recommended({ ...tools, retry: { onRetry: traceRetry } })(stripeSecrets({ client }));
  const both = fallback(stripe, envSecrets({ env }), { onFallThrough: traceFallThrough });
  return createSecrets(telemetry({ names: 'hashed', ...(tools.now && { now: tools.now }) })(both));
}
