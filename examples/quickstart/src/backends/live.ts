import { stripeSecrets } from '@secretkit/stripe';
import { createStripeClient } from '@secretkit/stripe/client';
import type { Backend } from '../backend.js';
import { counted } from './counted.js';

/** Stripe itself. Nothing here writes. */
export function live(apiKey: string, baseUrl?: string): Promise<Backend> {
  const client = createStripeClient({ apiKey, ...(baseUrl !== undefined && { baseUrl }) });
  return Promise.resolve({
    description: 'Stripe Secret Store, read only',
    ...counted(stripeSecrets({ client })),
    callUnit: 'HTTP calls',
    close: () => Promise.resolve(),
  });
}
