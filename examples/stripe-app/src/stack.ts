import { compose, createSecrets, type Secrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import { stripeSecrets } from '@secretkit/stripe';
import { createStripeClient } from '@secretkit/stripe/client';

/** The clock and the random source, for tests. */
export interface Clock {
  readonly now?: () => number;
  readonly random?: () => number;
}

/** Opens the app's secrets at Stripe: those of the platform, and of every account that has the app installed. */
export function openSecrets(apiKey: string, baseUrl: string | undefined, clock: Clock): Secrets {
  const { now } = clock;
  const client = createStripeClient({ apiKey, ...(baseUrl !== undefined && { baseUrl }) });
  const stack = compose(cache(clock), retry(clock), timeout({ timeoutMs: 2_000, ...(now && { now }) }));
  return createSecrets(stack(stripeSecrets({ client, ...(now && { now }) })), clock);
}
