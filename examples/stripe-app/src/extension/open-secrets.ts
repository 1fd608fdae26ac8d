import { compose, createSecrets, type Secrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { timeout } from '@secretkit/middleware/timeout';
import { stripeSecrets } from '@secretkit/stripe';
import { createHttpClient, STRIPE_API_KEY } from '@stripe/ui-extension-sdk/http_client';
import Stripe from 'stripe';

/** Opens the secrets of the open account and the signed-in user. The extension SDK has no timeout: the stack has one. */
export function openSecrets(): Secrets {
  const httpClient = createHttpClient() as Stripe.HttpClient; // its types are those of an older stripe-node
  const client = new Stripe(STRIPE_API_KEY, { httpClient, telemetry: false });
  const stack = compose(cache({ ttlMs: 60_000 }), timeout({ timeoutMs: 2_000 }));
  return createSecrets(stack(stripeSecrets({ client })));
}
