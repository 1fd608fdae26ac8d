import Stripe from 'stripe';
import type { Emulator } from '../src/start-emulator.js';

/** The official SDK, pointed at the emulator, with no retries. */
export function sdk(
  { host, port }: Emulator,
  { key = 'sk_test_1', ...config }: { readonly key?: string } & Stripe.StripeConfig = {},
): Stripe {
  return new Stripe(key, { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, ...config });
}
