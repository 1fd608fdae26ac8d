import { createRequire } from 'node:module';
import Stripe from 'stripe';
import type { Emulator } from '../src/start-emulator.js';

/** The official SDK, pointed at the emulator, with no retries. */
export function sdk(
  { host, port }: Emulator,
  { key = 'sk_test_1', ...config }: { readonly key?: string } & Stripe.StripeConfig = {},
): Stripe {
  return new Stripe(key, { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, ...config });
}

/** The majors of the official SDK that are tried, and the HTTP clients that each has. */
export const sdkKinds = ['stripe-17', 'stripe-20', 'stripe'].flatMap((installedAs) =>
  (['node', 'fetch'] as const).map((http) => ({ name: `${installedAs}, ${http}`, installedAs, http })),
);

/** Like {@link sdk}, of another major or with another HTTP client. */
export function sdkOf(
  { installedAs, http }: (typeof sdkKinds)[number],
  { host, port }: Emulator,
  config: Stripe.StripeConfig = {},
): Stripe {
  // Not imported: an older one's types would declare the module `stripe` anew.
  const Sdk = createRequire(import.meta.url)(installedAs) as typeof Stripe;
  return new Sdk('sk_test_1', {
    host,
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
    ...(http === 'fetch' ? { httpClient: Sdk.createFetchHttpClient() } : {}),
    ...config,
  });
}
